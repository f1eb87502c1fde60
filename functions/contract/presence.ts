/** How often a player tells that it goes on, and who of very many tells at all: the app reckons it as the rooms do. */
export { BROWSER_ID, isSampled, PRESENCE } from '#domain/presence';
