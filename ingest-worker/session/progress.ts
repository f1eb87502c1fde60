import type { ClockState } from '../media/media-clock.ts';
import type { Boundary } from '../media/ring.ts';
import type { ContainerStream } from './container-stream.ts';
import type { Handover } from './handover.ts';
import type { LeaseKeeper } from './lease-keeper.ts';
import type { Receiver } from './receiver.ts';
import type { ReplayBuffer } from './replay-buffer.ts';
import type { Session } from './session.ts';
import type { UpstreamEvent } from './upstream-connection.ts';

type Parts = {
  /** Byte with which the session goes on; 0 for a new one. */
  from: number;
  /** What the container stream's clock knew there. */
  clock: ClockState | undefined;
  containerStream: Pick<ContainerStream, 'ring'>;
  replayBuffer: Pick<ReplayBuffer, 'acknowledged'>;
  handover: Pick<Handover, 'next'>;
  keeper: Pick<LeaseKeeper, 'check'>;
  receiver: Pick<Receiver, 'say'>;
};

/** How far a session is committed: the byte of the container stream with which another worker would go on (SPEC W8, S10). */
export type Progress = {
  readonly committed: number;
  /** What the container stream's clock knew there; undefined for a stream that has nothing committed. */
  readonly clock: ClockState | undefined;
  /**
   * Commits what the server has acknowledged, and where a handover cuts once everything before it has arrived. Answers with a
   * promise where the lease must say so before the session may move on.
   */
  follow(event: UpstreamEvent, session: Session): Promise<unknown> | undefined;
  /** Media that has come and that the server has not acknowledged, in milliseconds; none where it has read to the end. */
  readonly unacknowledgedMs: number;
  /** The byte with which another worker goes on; undefined where the session does not move to another worker. */
  handedOverAt(session: Session): number | undefined;
};

export const createProgress = ({
  from,
  clock: fromClock,
  containerStream,
  replayBuffer,
  handover,
  keeper,
  receiver,
}: Parts): Progress => {
  let committed = from;
  let clock = fromClock;
  let isPublished = false;

  // Any other end that came first is the end of all there is.
  const handedOver = (session: Session): Boundary | undefined =>
    session.at === 'draining' && session.because === 'migrate' ? handover.next : undefined;

  const commit = (): void => {
    const boundary = containerStream.ring.commit(replayBuffer.acknowledged);
    if (!boundary) return;
    committed = boundary.offset;
    ({ clock } = boundary);
    receiver.say({ type: 'committed', offset: committed });
  };

  return {
    get committed() {
      return committed;
    },
    get unacknowledgedMs() {
      const { newestMs, heldMs } = containerStream.ring;
      if (isPublished || newestMs === undefined) return 0;
      return Math.max(0, Math.round(newestMs - (replayBuffer.acknowledged.videoMs ?? newestMs - heldMs)));
    },
    get clock() {
      return clock;
    },
    handedOverAt: (session) => handedOver(session)?.offset,
    follow: (event, session) => {
      if (event.type === 'closed') isPublished = event.flushed;
      if (event.type === 'acknowledged') commit();
      const cut = event.type === 'closed' && event.flushed ? handedOver(session) : undefined;
      if (cut === undefined) return undefined;
      // All before this GOP has arrived and nothing after it was sent: the next worker begins exactly here.
      committed = cut.offset;
      ({ clock } = cut);
      return keeper.check();
    },
  };
};
