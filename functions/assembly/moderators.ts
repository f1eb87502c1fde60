import type { User } from '#domain/user';
import type { Config } from './config.ts';

/**
 * Whether somebody moderates the platform, as far as we know without their token: whom only an issuer's claim makes a moderator is
 * known by that alone.
 */
export const isModeratorBy =
  ({ MODERATORS }: Pick<Config, 'MODERATORS'>) =>
  ({ id, moderator }: Pick<User, 'id' | 'moderator'>): boolean =>
    moderator || MODERATORS.includes(id);
