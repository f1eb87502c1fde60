import { LIMITS } from '../limits.ts';
import type { LeaseKeeper } from './lease-keeper.ts';
import type { Receiver } from './receiver.ts';
import type { ReplayBuffer } from './replay-buffer.ts';
import type { SessionMachine } from './session-machine.ts';

type Parts = {
  /** Time as everybody's clock has it, also while the process stands still. */
  leaseClock: () => number;
  keeper: Pick<LeaseKeeper, 'doubtful' | 'woke'>;
  receiver: Pick<Receiver, 'pulse'>;
  replayBuffer: Pick<ReplayBuffer, 'sentBytes'>;
  dispatch: SessionMachine['dispatch'];
  /** Feeds the encoder, and looks whether the end has been reached. */
  goOn: () => void;
  /** Called every `healthEveryMs`. */
  tellHealth: () => void;
};

/** Lets time pass in a session, every `pulseMs`, until the function that it returns is called. */
export const startPulse = (parts: Parts): (() => void) => {
  const { leaseClock, keeper, receiver, replayBuffer, dispatch, goOn, tellHealth } = parts;
  let beats = 0;
  let beatMs = leaseClock();

  const beat = (): void => {
    // The process stood still: the lease has to be asked for.
    if (leaseClock() - beatMs > LIMITS.pausedMs) keeper.woke();
    beatMs = leaseClock();
    if (keeper.doubtful) dispatch({ type: 'fenced', because: 'lease-lost' });
    receiver.pulse();
    goOn();
    dispatch({ type: 'tick', sentBytes: replayBuffer.sentBytes });
    if (++beats % (LIMITS.healthEveryMs / LIMITS.pulseMs) === 0) tellHealth();
  };

  const timer = setInterval(beat, LIMITS.pulseMs);
  return () => clearInterval(timer);
};
