/** The pages of the app, as the rooms know them. */
export { APP_PATHS } from '#domain/app-paths';
