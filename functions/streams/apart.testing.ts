import Mux from '@mux/mux-node';
import * as fc from 'fast-check';
import { expect } from 'vitest';
import type { StreamId } from '#domain/ids';
import { openShowRooms } from '../show-rooms.testing.ts';
import { createMuxVideo } from '../video/mux.ts';
import { createMuxInMemory } from '../video/mux-in-memory.testing.ts';
import { createPatience } from '../video/patience.ts';

/** What happens around every show: Mux fails and tells, in whatever order; the sweep comes by; time passes. */
export type ActAround =
  | { do: 'sweep' }
  | { do: 'mux-fails'; times: number }
  | { do: 'deliver'; nth: number }
  | { do: 'pass'; ms: number };

/** One of these acts, which are nothing but their names. */
export const one = <Name extends string>(...names: Name[]) => fc.record({ do: fc.constantFrom(...names) });

/** The rooms, and a Mux in memory that holds what came to it against the show that sent it. */
export const openApart = async () => {
  /** Mux's clock against ours. */
  let skewMs = 0;
  let clockOfRooms = () => 0;
  const mux = createMuxInMemory({ clock: () => clockOfRooms() + skewMs });
  const rooms = await openShowRooms({
    openVideo: ({ clock, wait }) => {
      clockOfRooms = clock;
      return createMuxVideo({
        mux: new Mux({ tokenId: 'id', tokenSecret: 'secret', maxRetries: 0, logLevel: 'off', fetch: mux.fetch }),
        patiently: createPatience({ clock, wait, random: () => 0.5 }),
        streamUrl: 'https://stream.test',
        imageUrl: 'https://image.test',
        signingKey: { id: 'key', privateKey: 'none' },
      });
    },
  });
  return {
    rooms,
    mux,
    /** Forgets what other shows have left at Mux, whose clock is so far off from now on. */
    begin: (skewed: number): void => {
      skewMs = skewed;
      mux.assets.clear();
      mux.pending.length = 0;
    },
    /** Which recordings are not with the show whose bytes they hold, or with one whose they do not; none where all is right. */
    misgiven: async (shows: readonly StreamId[]): Promise<string[]> => {
      const wrong: string[] = [];
      for (const { id, bytesOf } of mux.assets.values())
        for (const of of bytesOf)
          for (const show of shows) {
            const stream = await rooms.streaming.streams.get(show);
            const has = stream?.assets.some((asset) => asset.id === id) ?? false;
            if (has !== (show === of)) wrong.push(`${id}, of ${of}, is ${has ? '' : 'not '}given to ${show}`);
          }
      return wrong;
    },
    perform: async (act: ActAround): Promise<void> => {
      switch (act.do) {
        case 'sweep':
          await rooms.sweep();
          return;
        case 'mux-fails':
          mux.faults.completes = act.times;
          return;
        case 'deliver': {
          const [body] = mux.pending.splice(act.nth % Math.max(1, mux.pending.length), 1);
          if (body) expect(await rooms.deliver(body)).toBe(200);
          return;
        }
        case 'pass':
          rooms.later(act.ms);
      }
    },
  };
};
