import { setTimeout as delay } from 'node:timers/promises';
import { until } from '#stand-ins/until';
import { openPlatformBed } from '../lib/platform-bed.ts';
import { picturesOf } from '../lib/pictures-of.ts';
import type { Finding, Row } from '../lib/run-rows.ts';
import { startFaultyNetwork } from '../lib/faulty-network.ts';
import { createCapturePublisher } from './publisher.ts';
import { openRingOnDisk } from './ring-on-disk.ts';
import { openRung } from './rung-captures.ts';

/** A row that is played on the whole platform, because more than workers have to keep it. */
type PlatformRow = Row & { play: () => Promise<Finding[]> };

const OUTAGE_MS = 300_000;
const PLAYED_MS = 8_000;
const CATCH_UP_MS = 60_000;
const READY_MS = 120_000;
const LOOK_MS = 1_000;
const TOKEN_MS = 60_000;
const MEMORY_BYTES = 200_000;

/** Nobody ends the show of a browser that still tries: not its worker, not Mux, not the sweep. */
const playOutage = async (): Promise<Finding[]> => {
  const bed = await openPlatformBed();
  const network = await startFaultyNetwork(() => bed.port('PORT'));
  const ring = openRingOnDisk();
  let token = { is: bed.tokens.asha, sinceMs: performance.now() };
  const ask = async (method: string, path: string, body?: unknown) => {
    if (performance.now() - token.sinceMs > TOKEN_MS)
      token = { is: await bed.tokenOf('asha'), sinceMs: performance.now() };
    const answer = await bed.call(method, path, { token: token.is, body });
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.body;
  };
  try {
    const { id } = (await ask('POST', '/stream/create', { title: 'Five minutes without a network' })).stream;
    const publisher = createCapturePublisher({
      capture: openRung('1'),
      getUrl: async () => {
        const url = new URL((await ask('POST', `/stream/${id}/ingest`)).ingest.url);
        url.port = String(network.port);
        return url.href;
      },
      limits: { ringBytes: MEMORY_BYTES },
      ring,
    });
    publisher.start();
    const see = () => ask('GET', `/stream/${id}`);
    await until('the show is live', async () => (await see()).state === 'live', { everyMs: LOOK_MS });
    await delay(PLAYED_MS);
    network.admits = 'none';
    network.cut();
    const states = new Set<string>();
    const backMs = performance.now() + OUTAGE_MS;
    while (performance.now() < backMs) {
      states.add((await see()).state);
      await delay(LOOK_MS);
    }
    network.admits = 'all';
    await until('it is back', () => publisher.welcomes.length > 1, { withinMs: CATCH_UP_MS });
    await until('it is live again', async () => (await see()).state === 'live', {
      withinMs: CATCH_UP_MS,
      everyMs: LOOK_MS,
    });
    await delay(PLAYED_MS);
    publisher.stop();
    const ending = await publisher.over;
    const recording = await until(
      'its recording is ready',
      async () => {
        const { recording: is, durationSeconds } = await see();
        return is === 'ready' && durationSeconds !== undefined && (await ask('GET', `/stream/${id}/playback`));
      },
      { withinMs: READY_MS, everyMs: LOOK_MS },
    );
    const sent = await picturesOf('pipe:0', await publisher.containerStream());
    const recorded = await picturesOf(recording.hls);
    const { durationSeconds, endedBecause } = await see();
    return [
      {
        broken: [
          ...(sent === recorded ? [] : [`${sent - recorded} of ${sent} pictures are not in the recording`]),
          ...(ending === 'finished' ? [] : [`ended with ${ending}`]),
          ...(states.has('ended') ? ['the show ended meanwhile'] : []),
        ],
        measured: [
          `${sent} pictures sent, ${recorded} in the recording of ${durationSeconds} s, ended because ${endedBecause}; ` +
            `meanwhile ${[...states].join(', ')}; ${publisher.welcomes.length} sockets, ${publisher.skipped.length} times left out`,
        ],
        facts: { sent, recorded, durationSeconds, ending, states: [...states] },
      },
    ];
  } finally {
    await network.close();
    await bed.close();
    ring.remove();
  }
};

export const PLATFORM_ROWS: readonly PlatformRow[] = [
  {
    name: 'outage-on-the-platform',
    promise:
      'the same on the whole platform, with Mux’s window and the sweep: one recording, and every picture is in it',
    play: playOutage,
  },
];
