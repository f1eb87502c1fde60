import type { ClientMessage } from '#contract/realtime';
import type { GuestMessage } from '#contract/guest-messages';
import { settle } from './connection.testing.ts';
import type { Line, LineListener } from './line.ts';

/** A line to the realtime room that a test opens and breaks, with the timers of whoever uses it. */
export const createFakeLine = () => {
  const said: ClientMessage[] = [];
  const timers = new Set<{ ms: number; work: () => void }>();
  let listener: LineListener | undefined;
  let stopped = false;
  return {
    said,
    isStopped: () => stopped,
    openLine: (heard: LineListener): Line => {
      listener = heard;
      stopped = false;
      return { say: (message) => void said.push(message), stop: () => void (stopped = true) };
    },
    after: (ms: number, work: () => void) => {
      const timer = { ms, work };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    /** It is open, for the first time or again. */
    open: async () => {
      listener?.opened();
      listener?.reached(true);
      await settle();
    },
    lose: () => listener?.reached(false),
    hear: async (message: GuestMessage) => {
      listener?.hear(message);
      await settle();
    },
    refuse: (code: string) => listener?.refused(Object.assign(new Error('No.'), { code })),
    /** What was said of these actions. */
    saidOf: (action: ClientMessage['action']): any[] => said.filter((message) => message.action === action),
    /** So long from now: whatever waits for that, or for less. */
    pass: async (ms: number) => {
      for (const timer of timers)
        if (timer.ms <= ms) {
          timers.delete(timer);
          timer.work();
        }
      await settle();
    },
  };
};
