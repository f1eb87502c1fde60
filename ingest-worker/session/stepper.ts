import { type Effect, type Session, type SessionEvent, type Step, step } from './session.ts';

type Untimed<Event> = Event extends unknown ? Omit<Event, 'nowMs'> : never;

/** Moves a session on by what happens, one event after the other: effects may bring about events of their own. */
export type Stepper = {
  readonly session: Session;
  /** Performs what the beginning asks for. */
  begin: () => void;
  happened: (event: Untimed<SessionEvent>) => void;
};

export const createStepper = ({
  beginning: [first, effects],
  clock,
  perform,
  onMoved,
}: {
  beginning: Step;
  clock: () => number;
  perform: (effect: Effect) => void;
  /** It is at another place now. */
  onMoved: (session: Session) => void;
}): Stepper => {
  const pending: SessionEvent[] = [];
  let session = first;
  let stepping = false;

  return {
    get session() {
      return session;
    },
    begin: () => {
      for (const effect of effects) perform(effect);
    },
    happened: (event) => {
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
