import type { UserId } from '#domain/ids';
import type { Stream } from '#domain/stream';
import type { Connection, ConnectionStore } from '#store/connections';
import type { PresenceStore } from '#store/presence';
import type { StreamStore } from '#store/streams';
import type { Caller } from '../http/caller.ts';
import type { Log } from '../http/log.ts';
import type { Access } from './access.ts';
import type { Guests } from './guests.ts';
import type { Sockets } from './sockets.ts';
import { createTellSocket } from './tell-socket.ts';

/** Sockets of one person that are shut side by side. */
const AT_ONCE = 25;

type Parts = {
  connections: Pick<ConnectionStore, 'ofUser' | 'members' | 'enter' | 'closed'>;
  /** Who plays: whoever is out counts no longer. */
  presence: Pick<PresenceStore, 'left'>;
  streams: Pick<StreamStore, 'get' | 'airedByAny'>;
  access: Pick<Access, 'mayWatch'>;
  guests: Pick<Guests, 'left' | 'keepOut'>;
  /** Whom a socket's user is, for what they may watch. Undefined where the account has gone. */
  viewer: (id: UserId) => Promise<Pick<Caller, 'userId' | 'roles'> | undefined>;
  /** Undefined where there is no WebSocket API: then nobody is told. */
  sockets: Sockets | undefined;
  log: Log;
  clock: () => Date;
};

/**
 * Takes open sockets out of audiences that their users may no longer be in. What ended the access is in the table before this is
 * called; a join that runs beside it looks again once it is in (`realtime/handlers.ts`), so that one of the two sees the other.
 */
export const createEviction = ({
  connections,
  presence,
  streams,
  access,
  guests,
  viewer,
  sockets,
  log,
  clock,
}: Parts) => {
  const now = (): number => clock().getTime();

  const tell = createTellSocket({ sockets, log });

  const settle = async ({ connectionId, userId }: Connection, stream: Stream): Promise<void> => {
    if (await access.mayWatch(stream, userId && (await viewer(userId)))) return;
    await connections.enter(connectionId, undefined, now());
    if (userId) await presence.left(stream.id, userId);
    await tell(connectionId, { type: 'refused', error: 'not-allowed', message: 'You may no longer watch this show.' });
  };

  return {
    /**
     * Out of every audience, and off every show, that this person may no longer be in.
     *
     * @param creators whose shows these may be: whoever plays one counts, and may have no socket
     */
    ofPerson: async (id: UserId, creators: readonly UserId[]): Promise<void> => {
      const who = await viewer(id);
      for (const stream of await streams.airedByAny(creators))
        if (!(await access.mayWatch(stream, who))) await presence.left(stream.id, id);
      for (const connection of await connections.ofUser(id)) {
        const stream = connection.streamId && (await streams.get(connection.streamId));
        if (stream) await settle(connection, stream);
        await guests.keepOut(connection);
      }
    },

    /** Out of this audience whoever may no longer be in it. */
    ofAudience: async (stream: Stream): Promise<void> => {
      for await (const members of connections.members(stream.id, now()))
        await Promise.all(members.map((member) => settle(member, stream)));
    },

    /** All sockets of a person: none of them is anybody's from now on. */
    everywhere: async (id: UserId): Promise<void> => {
      const open = await connections.ofUser(id);
      const shut = async (connection: Connection): Promise<void> => {
        const { connectionId } = connection;
        await connections.closed(connectionId, now());
        await guests.left(connection);
        await tell(connectionId, { type: 'refused', error: 'not-signed-in', message: 'You have been signed out.' });
      };
      for (let from = 0; from < open.length; from += AT_ONCE)
        await Promise.all(open.slice(from, from + AT_ONCE).map(shut));
    },
  };
};
export type Eviction = ReturnType<typeof createEviction>;
