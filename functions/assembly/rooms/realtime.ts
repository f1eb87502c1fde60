import { createLimitStore } from '#store/limits';
import { createTicketStore } from '#store/tickets';
import type { Base } from '../base.ts';
import { isModeratorBy } from '../moderators.ts';
import type { People } from '../people.ts';
import type { Streaming } from '../streaming.ts';
import { createRealtime } from '../../realtime/handlers.ts';

/** The realtime room, on the base that all rooms share. */
export const buildRealtime = (
  { config, table, clock, log }: Base,
  { users }: Pick<People, 'users'>,
  { connections, streams, figures, access, views, presence, chat, wake, guests }: Streaming,
) =>
  createRealtime({
    tickets: createTicketStore({ table }),
    connections,
    streams,
    figures,
    people: users,
    limits: createLimitStore({ table }),
    isModerator: isModeratorBy(config),
    access,
    views,
    presence,
    chat,
    guests,
    wake,
    origins: [new URL(config.PUBLIC_ORIGIN).origin, ...config.CORS_ORIGINS],
    log,
    clock,
  });
