import type { Health } from '#wire';
import type { EncoderLine } from './encoder-line.ts';
import { createHealthMeter } from './health.ts';
import type { Intake } from './intake.ts';
import type { Outlet } from './outlet.ts';
import type { Reception } from './reception.ts';
import type { Session } from './session.ts';
import type { Tally } from './tally.ts';

type Parts = { intake: Intake; outlet: Outlet; tally: Tally; clock: () => number };

/** What of a feed is counted: for its creator as health, for operators as the worker's tally (SPEC W11). */
export type Accounts = {
  /** An encoder is started in place of one that has died. */
  restarted(): void;
  connected(): void;
  /** Another look, `healthEveryMs` after the one before. */
  look(at: {
    session: Session;
    line: Pick<EncoderLine, 'droppedFrames'>;
    reception: Pick<Reception, 'receivedBytes' | 'isHeldBack'>;
    changes: number;
  }): Health;
  readonly latest: Health;
};

export const createAccounts = ({ intake, outlet, tally, clock }: Parts): Accounts => {
  const meter = createHealthMeter({ intake, outlet, clock });
  let restarts = 0;
  let connections = 0;
  let dropped = 0;

  return {
    restarted: () => {
      restarts++;
      tally.restarts();
    },
    connected: () => {
      if (connections++ > 0) tally.reconnects();
    },
    look: ({ session, line, reception, changes }) => {
      // Looked at, not told with each commit: a server that has stopped acknowledging is the very one to hear of.
      const { newestMs = 0, heldMs } = intake.ring;
      tally.commitDelayMs(Math.max(0, newestMs - (outlet.arrived.videoMs ?? newestMs - heldMs)));
      const counted = dropped;
      dropped = line.droppedFrames + intake.leftOut;
      tally.droppedFrames(dropped - counted);
      const { isHeldBack: held, receivedBytes } = reception;
      return meter.measure({ session, restarts, dropped, held, receivedBytes, changes });
    },
    get latest() {
      return meter.latest;
    },
  };
};
