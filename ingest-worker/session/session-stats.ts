import type { Health } from '#wire';
import type { EncoderSupervisor } from './encoder-supervisor.ts';
import { createHealthMeter } from './health.ts';
import type { ContainerStream } from './container-stream.ts';
import type { ReplayBuffer } from './replay-buffer.ts';
import type { Receiver } from './receiver.ts';
import type { Session } from './session.ts';
import type { SessionMetrics } from './session-metrics.ts';
import type { UpstreamConnection } from './upstream-connection.ts';

type Parts = {
  containerStream: ContainerStream;
  replayBuffer: ReplayBuffer;
  metrics: SessionMetrics;
  /** Announced by the client; a plain one says nothing. */
  frameRate: number | undefined;
  clock: () => number;
};

/** What of a feed is counted: for its creator as health, for operators as the worker's metrics (SPEC W11). */
export type SessionStats = {
  /** An encoder is started in place of one that has died. */
  restarted(): void;
  /** A connection upstream was made. */
  connected(): void;
  /** Media has come, while the client was kept waiting or not. */
  came(held: boolean): void;
  /** Acknowledgement was assumed from the time that has passed. */
  weakAcknowledgement(): void;
  /** Measures what has happened since the last look, `healthEveryMs` ago. */
  look(at: {
    session: Session;
    encoder: Pick<EncoderSupervisor, 'droppedFrames'>;
    receiver: Pick<Receiver, 'receivedBytes' | 'isHeldBack'>;
    upstream: Pick<UpstreamConnection, 'acknowledging'>;
    changes: number;
  }): Health;
  readonly latest: Health;
};

/** The share of the announced pictures that a machine sends at least, while it keeps up. */
const KEPT_UP = 0.85;
/** Over which the rate of the pictures is taken, to tell their length. */
const HOUR_MS = 3_600_000;

export const createSessionStats = ({
  containerStream,
  replayBuffer,
  metrics,
  frameRate,
  clock,
}: Parts): SessionStats => {
  const meter = createHealthMeter({ containerStream, replayBuffer, clock });
  let restarts = 0;
  let connections = 0;
  let dropped = 0;
  let lostMs = 0;
  let seen = { pictures: 0, mediaMs: 0 };

  /** Whether the client makes fewer pictures than it announced, by their own clock: one that is only late has them all. */
  const leavesOut = (): boolean => {
    const { pictures, mediaMs } = containerStream;
    const passedMs = mediaMs - seen.mediaMs;
    const share = passedMs > 0 && frameRate ? (pictures - seen.pictures) / ((passedMs * frameRate) / 1_000) : 1;
    seen = { pictures, mediaMs };
    return share < KEPT_UP;
  };

  const count = (health: Health): void => {
    const anHour = containerStream.picturesBetween(0, HOUR_MS);
    const lostNow = anHour > 0 ? Math.round((dropped * HOUR_MS) / anHour) : 0;
    metrics.lostMs(Math.max(0, lostNow - lostMs));
    lostMs = Math.max(lostMs, lostNow);
    if (leavesOut()) metrics.slow('machine-busy');
    else if (health.warning === 'uplink-too-slow' || health.warning === 'upstream-slow') metrics.slow(health.warning);
  };

  return {
    came: (held) => meter.came(held),
    restarted: () => {
      restarts++;
      metrics.restarts();
    },
    connected: () => {
      if (connections++ > 0) metrics.reconnects();
    },
    weakAcknowledgement: () => metrics.weakAcknowledgements(),
    look: ({ session, encoder, receiver, upstream, changes }) => {
      // Measured here and not at each commit: a server that has stopped acknowledging is the very one to hear of.
      const { newestMs = 0, heldMs } = containerStream.ring;
      metrics.commitDelayMs(Math.max(0, newestMs - (replayBuffer.acknowledged.videoMs ?? newestMs - heldMs)));
      const counted = dropped;
      dropped = encoder.droppedFrames + containerStream.leftOut;
      metrics.droppedFrames(dropped - counted);
      const { isHeldBack: held, receivedBytes } = receiver;
      const { acknowledging } = upstream;
      const health = meter.measure({ session, restarts, dropped, held, acknowledging, receivedBytes, changes });
      count(health);
      return health;
    },
    get latest() {
      return meter.latest;
    },
  };
};
