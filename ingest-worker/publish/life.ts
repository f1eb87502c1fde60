import type { Publisher, PublisherEvent } from '../session/publisher.ts';
import { createScrub, type Failure } from './failure.ts';

type Opened = Awaited<ReturnType<Publisher['connect']>>;
type Closed = Awaited<ReturnType<Publisher['close']>>;

type Phase =
  | { at: 'idle' }
  | { at: 'opening'; settle: (opened: Opened) => void }
  | { at: 'open' }
  | { at: 'closing'; settle: (closed: Closed) => void }
  | { at: 'over' };

type Parts = {
  streamKey: string;
  limits: { openMs: number; closeMs: number; tickMs: number; detailCharacters: number };
  onEvent: (event: PublisherEvent) => void;
  /** Looked at every `tickMs` while it is open. */
  look: () => void;
  /** Takes away what there is, at once: it has ended. */
  cut: () => void;
};

/** One connection from its opening to its one end, whichever side brings that about (SPEC P2, P3, P11). */
export type Life = {
  readonly at: Phase['at'];
  /** Dials, and has `openMs` for it all. */
  open(dial: () => void): Promise<Opened>;
  /** The server will have us. */
  opened(): void;
  /** Says goodbye, and has `closeMs` for that. */
  close(part: () => void): Promise<Closed>;
  /** The other end has read everything. */
  finish(last: () => void): void;
  /** It broke; told once, without the key. */
  fail(failure: Failure): void;
  /** We do not want it any more. */
  abandon(): void;
};

const GIVEN_UP: Failure = { because: 'reset', detail: 'given up' };

export const createLife = ({ streamKey, limits, onEvent, look, cut }: Parts): Life => {
  const scrub = createScrub(streamKey, limits.detailCharacters);
  let phase: Phase = { at: 'idle' };
  let opening: Promise<Opened> | undefined;
  let closing: Promise<Closed> | undefined;
  let limit: NodeJS.Timeout | undefined;
  let tick: NodeJS.Timeout | undefined;

  const end = (): Phase => {
    const was = phase;
    phase = { at: 'over' };
    clearTimeout(limit);
    clearInterval(tick);
    return was;
  };

  const fail = ({ because, detail }: Failure): void => {
    const was = end();
    if (was.at === 'over') return;
    cut();
    if (was.at === 'opening') was.settle({ connected: false, because, detail: scrub(detail) });
    if (was.at === 'closing') was.settle({ flushed: false, because });
    if (was.at === 'open') onEvent({ type: 'closed', because, detail: scrub(detail) });
  };

  const limitTo = (ms: number, detail: string): void => {
    limit = setTimeout(() => fail({ because: 'timed-out', detail }), ms);
  };

  return {
    get at() {
      return phase.at;
    },
    open(dial) {
      opening ??= new Promise<Opened>((settle) => {
        if (phase.at !== 'idle') return settle({ connected: false, ...GIVEN_UP });
        phase = { at: 'opening', settle };
        limitTo(limits.openMs, 'opening took too long');
        return dial();
      });
      return opening;
    },
    opened() {
      if (phase.at !== 'opening') return;
      const { settle } = phase;
      phase = { at: 'open' };
      clearTimeout(limit);
      tick = setInterval(look, limits.tickMs);
      look();
      settle({ connected: true });
    },
    close(part) {
      closing ??= new Promise<Closed>((settle) => {
        if (phase.at !== 'open') {
          fail(GIVEN_UP);
          return settle({ flushed: false, because: GIVEN_UP.because });
        }
        phase = { at: 'closing', settle };
        limitTo(limits.closeMs, 'closing took too long');
        return part();
      });
      return closing;
    },
    finish(last) {
      if (phase.at !== 'closing') return;
      const { settle } = phase;
      end();
      last();
      settle({ flushed: true });
    },
    fail,
    abandon() {
      if (phase.at !== 'open') return fail(GIVEN_UP);
      end();
      return cut();
    },
  };
};
