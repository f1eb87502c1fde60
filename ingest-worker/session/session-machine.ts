import { createFifo } from '../media/fifo.ts';
import { type Effect, type Session, type SessionEvent, type Step, step } from './session.ts';

type Untimed<Event> = Event extends unknown ? Omit<Event, 'nowMs'> : never;

/** What happens to a session, before it is stamped with its time. */
export type SessionInput = Untimed<SessionEvent>;

/** Moves a session on, one event after the other: an effect may cause events of its own, which wait for their turn. */
export type SessionMachine = {
  readonly session: Session;
  /** Performs the effects of the beginning. */
  start: () => void;
  /** Steps with the event; an input that means nothing to a session is undefined. */
  dispatch: (event: SessionInput | undefined) => void;
};

export const createSessionMachine = ({
  beginning: [first, effects],
  clock,
  perform,
  onMoved,
}: {
  beginning: Step;
  clock: () => number;
  perform: (effect: Effect) => void;
  /** Called when `at` has changed. */
  onMoved: (session: Session) => void;
}): SessionMachine => {
  const pending = createFifo<SessionEvent>();
  let session = first;
  let stepping = false;

  return {
    get session() {
      return session;
    },
    start: () => {
      for (const effect of effects) perform(effect);
    },
    dispatch: (event) => {
      if (!event) return;
      pending.push({ ...event, nowMs: clock() });
      if (stepping) return;
      stepping = true;
      for (let next = pending.shift(); next; next = pending.shift()) {
        const before = session.at;
        const [after, asked] = step(session, next);
        session = after;
        if (after.at !== before) onMoved(after);
        for (const effect of asked) perform(effect);
      }
      stepping = false;
    },
  };
};
