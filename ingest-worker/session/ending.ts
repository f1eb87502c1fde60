import type { CloseReason } from '#wire';
import type { LeaseKeeper } from './lease-keeper.ts';
import type { Receiver } from './receiver.ts';
import type { SessionMetrics } from './session-metrics.ts';
import { isWished, type Session } from './session.ts';

type Parts = {
  keeper: Pick<LeaseKeeper, 'release'>;
  receiver: Pick<Receiver, 'close'>;
  metrics: Pick<SessionMetrics, 'ended'>;
};

/** The end of a session: its lease is given back, and its client hears why. */
export type Ending = {
  /** Settles when the lease has been given back. */
  readonly over: Promise<CloseReason>;
  release(because: CloseReason): void;
  /** Closes the client's socket; one that is sent elsewhere only when the stream is free there. */
  close(reason: CloseReason): void;
  /** Tells a client that has come back to a session which is ending, or over. */
  tell(session: Session): void;
};

export const createEnding = ({ keeper, receiver, metrics }: Parts): Ending => {
  let released = Promise.resolve();
  let settle: (because: CloseReason) => void = () => undefined;
  const over = new Promise<CloseReason>((resolve) => {
    settle = resolve;
  });
  const closeOnceReleased = (reason: CloseReason): void => void released.then(() => receiver.close(reason));

  return {
    over,
    release: (because) => {
      metrics.ended();
      released = keeper.release(because);
      void released.then(() => settle(because));
    },
    close: (reason) => (reason === 'migrate' ? closeOnceReleased(reason) : receiver.close(reason)),
    tell: (session) => {
      if (session.at === 'live') return;
      // An end that is nobody's fault is told when it is done, and the stream free elsewhere.
      if (session.at === 'over') closeOnceReleased(session.because);
      else if (!isWished(session.because)) receiver.close(session.because);
    },
  };
};
