import type { RemovalStore } from '#store/removals';
import type { Base } from '../base.ts';
import type { People } from '../people.ts';
import { createUsersApp } from './app.ts';
import type { Profiles } from './profiles.ts';

/** The room of people, on the base that all rooms share. */
export const buildUsersRoom = (
  { config, cursors, clock, log }: Base,
  { authenticate, limited, users, follows, blocks }: People,
  { profiles, removals }: { profiles: Profiles; removals: RemovalStore },
) =>
  createUsersApp({
    log,
    corsOrigins: config.CORS_ORIGINS,
    authenticate,
    limited,
    profiles,
    users,
    follows,
    blocks,
    removals,
    cursors,
    clock,
  });
