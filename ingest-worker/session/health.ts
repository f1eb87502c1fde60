import type { Health } from '#wire';
import type { ContainerStream } from './container-stream.ts';
import { createLateness } from './lateness.ts';
import type { ReplayBuffer } from './replay-buffer.ts';
import type { Session } from './session.ts';
import type { Acknowledging } from './upstream-connection.ts';

type Parts = { containerStream: ContainerStream; replayBuffer: ReplayBuffer; clock: () => number };

/** Measures a feed from one look to the next. */
export type HealthMeter = {
  /** Media has come, while the client was kept waiting or not. */
  came(held: boolean): void;
  measure(now: {
    session: Session;
    restarts: number;
    dropped: number;
    held: boolean;
    acknowledging: Acknowledging;
    receivedBytes: number;
    changes: number;
  }): Health;
  /** What was measured last. */
  readonly latest: Health;
};

/** Media that is encoded and cannot be sent for so long means that the way out is too slow; less is a matter of its turn. */
const WAITING_MS = 2_000;
/** What comes in one burst after an outage may take its time to be acknowledged. */
const OWING_MS = 1_000;
/** How long it is told that the picture has changed its size. */
const CHANGE_TOLD_MS = 10_000;
/** Encoding this far behind what was received means that the way out is too slow. */
const UPSTREAM_SLOW_MS = 5_000;

export const createHealthMeter = ({ containerStream, replayBuffer, clock }: Parts): HealthMeter => {
  const lateness = createLateness();
  const seen = { atMs: clock(), pictures: 0, frames: 0, received: 0, bytes: 0, changes: 0 };
  let changedMs: number | undefined;
  /** Since when something has waited to be sent. */
  let waitingMs: number | undefined;
  /** Since when more is unacknowledged than a server with a rhythm leaves open. */
  let owingMs: number | undefined;
  let latest: Health = {
    state: 'starting',
    fpsIn: 0,
    fpsOut: 0,
    kbpsIn: 0,
    kbpsOut: 0,
    delayMs: 0,
    dropped: 0,
    restarts: 0,
  };

  const see = (atMs: number, held: boolean): void => {
    const { newestMs } = containerStream.ring;
    if (newestMs !== undefined) lateness.see({ atMs, newestMs }, held);
  };

  return {
    get latest() {
      return latest;
    },
    came: (held) => see(clock(), held),
    measure: ({ session, restarts, dropped, held, acknowledging, receivedBytes, changes }) => {
      const atMs = clock();
      const seconds = Math.max(0.001, (atMs - seen.atMs) / 1000);
      const each = (now: number, before: number) => Math.round(((now - before) / seconds) * 10) / 10;
      const kbps = (now: number, before: number) => Math.round(((now - before) * 8) / 1000 / seconds);
      const { newestMs: newest = 0, heldMs } = containerStream.ring;
      see(atMs, held);
      if (changes > seen.changes) changedMs = atMs;
      const changed = changedMs !== undefined && atMs - changedMs < CHANGE_TOLD_MS;
      const delayMs = Math.max(0, Math.round(newest - (replayBuffer.encoded.videoMs ?? 0)));
      waitingMs = replayBuffer.empty ? undefined : (waitingMs ?? atMs);
      const waits = waitingMs !== undefined && atMs - waitingMs >= WAITING_MS;
      const unacknowledgedMs = Math.max(0, Math.round(newest - (replayBuffer.acknowledged.videoMs ?? newest - heldMs)));
      const { late, rhythmMs } = acknowledging;
      const isOwed = rhythmMs !== undefined && unacknowledgedMs > UPSTREAM_SLOW_MS + rhythmMs;
      owingMs = isOwed ? (owingMs ?? atMs) : undefined;
      const owes = late || (owingMs !== undefined && atMs - owingMs >= OWING_MS);
      latest = {
        state: stateOf(session),
        fpsIn: each(containerStream.pictures, seen.pictures),
        fpsOut: each(replayBuffer.sentFrames, seen.frames),
        kbpsIn: kbps(receivedBytes, seen.received),
        kbpsOut: kbps(replayBuffer.sentBytes, seen.bytes),
        delayMs,
        dropped,
        restarts,
        unacknowledgedMs,
        held,
        ...warn({
          'uplink-too-slow': !held && lateness.isGrowing,
          'upstream-slow': held || waits || owes || delayMs > UPSTREAM_SLOW_MS,
          'size-changed': changed,
        }),
      };
      Object.assign(seen, {
        atMs,
        pictures: containerStream.pictures,
        frames: replayBuffer.sentFrames,
        received: receivedBytes,
        changes,
        bytes: replayBuffer.sentBytes,
      });
      return latest;
    },
  };
};

/** The first that holds: what is late already when it comes is not held up behind us. */
const warn = (holds: Record<NonNullable<Health['warning']>, boolean>): Pick<Health, 'warning'> => {
  if (holds['uplink-too-slow']) return { warning: 'uplink-too-slow' };
  if (holds['upstream-slow']) return { warning: 'upstream-slow' };
  return holds['size-changed'] ? { warning: 'size-changed' } : {};
};

const stateOf = (session: Session): Health['state'] => {
  if (session.at !== 'live') return 'ending';
  const { client, encoder, upstream } = session.feed;
  if (client.is === 'away') return 'reconnecting';
  if (encoder.is === 'resting') return 'recovering';
  if (upstream.is === 'resting' || (upstream.is === 'connecting' && encoder.is === 'running')) return 'recovering';
  return encoder.is === 'running' && upstream.is === 'connected' ? 'live' : 'starting';
};
