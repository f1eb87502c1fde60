/** The pages of the app, and what lies beside them, as the rooms know them. */
export { APP_PATHS, feedPaths } from '#domain/app-paths';
