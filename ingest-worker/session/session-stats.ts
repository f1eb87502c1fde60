import type { Health } from '#wire';
import type { EncoderSupervisor } from './encoder-supervisor.ts';
import { createHealthMeter } from './health.ts';
import type { ContainerStream } from './container-stream.ts';
import type { ReplayBuffer } from './replay-buffer.ts';
import type { Receiver } from './receiver.ts';
import type { Session } from './session.ts';
import type { SessionMetrics } from './session-metrics.ts';

type Parts = {
  containerStream: ContainerStream;
  replayBuffer: ReplayBuffer;
  metrics: SessionMetrics;
  clock: () => number;
};

/** What of a feed is counted: for its creator as health, for operators as the worker's metrics (SPEC W11). */
export type SessionStats = {
  /** An encoder is started in place of one that has died. */
  restarted(): void;
  /** A connection upstream was made. */
  connected(): void;
  /** Acknowledgement was assumed from the time that has passed. */
  weakAcknowledgement(): void;
  /** Measures what has happened since the last look, `healthEveryMs` ago. */
  look(at: {
    session: Session;
    encoder: Pick<EncoderSupervisor, 'droppedFrames'>;
    receiver: Pick<Receiver, 'receivedBytes' | 'isHeldBack'>;
    changes: number;
  }): Health;
  readonly latest: Health;
};

export const createSessionStats = ({ containerStream, replayBuffer, metrics, clock }: Parts): SessionStats => {
  const meter = createHealthMeter({ containerStream, replayBuffer, clock });
  let restarts = 0;
  let connections = 0;
  let dropped = 0;

  return {
    restarted: () => {
      restarts++;
      metrics.restarts();
    },
    connected: () => {
      if (connections++ > 0) metrics.reconnects();
    },
    weakAcknowledgement: () => metrics.weakAcknowledgements(),
    look: ({ session, encoder, receiver, changes }) => {
      // Measured here and not at each commit: a server that has stopped acknowledging is the very one to hear of.
      const { newestMs = 0, heldMs } = containerStream.ring;
      metrics.commitDelayMs(Math.max(0, newestMs - (replayBuffer.acknowledged.videoMs ?? newestMs - heldMs)));
      const counted = dropped;
      dropped = encoder.droppedFrames + containerStream.leftOut;
      metrics.droppedFrames(dropped - counted);
      const { isHeldBack: held, receivedBytes } = receiver;
      return meter.measure({ session, restarts, dropped, held, receivedBytes, changes });
    },
    get latest() {
      return meter.latest;
    },
  };
};
