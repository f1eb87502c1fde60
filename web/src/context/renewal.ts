import type { Slot } from '../api/sign-in-session.ts';

type Parts = {
  /** Remembers across the reload when there was one: sessionStorage, as each tab is renewed for itself. */
  mark: Slot;
  /** Away from the network a reload would leave nothing on the screen. */
  online: () => boolean;
  now: () => number;
  reload: () => void;
  /** Tells all tabs of this browser that this one is on the air, until the answer is called: Web Locks, which end with their tab. */
  tellOnAir: () => () => void;
  /** Whether a tab of this browser has told so. */
  isTold: () => Promise<boolean>;
};

/** What is missing again so soon after a reload is not brought by another. */
const PAUSE_MS = 60_000;

export type Renewal = ReturnType<typeof createRenewal>;

/**
 * Getting the newest version of the app into the tab: by a reload, which would end a show that is sent from it, and is
 * therefore never made while one is.
 */
export const createRenewal = ({ mark, online, now, reload, tellOnAir, isTold }: Parts) => {
  const listeners = new Set<() => void>();
  let onAir = false;
  let tellOver = () => {};
  return {
    onAir: () => onAir,
    /** Whether another tab of this browser sends a show. */
    onAirElsewhere: async () => !onAir && (await isTold()),
    setOnAir(is: boolean) {
      if (is === onAir) return;
      onAir = is;
      tellOver();
      tellOver = is ? tellOnAir() : () => {};
      for (const listener of listeners) listener();
    },
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    /** Reloads by itself where that is harmless and may help; says whether it does. */
    renew() {
      const before = Number(mark.read() ?? Number.NaN);
      if (onAir || !online() || now() - before < PAUSE_MS) return false;
      mark.write(String(now()));
      reload();
      return true;
    },
    /** Reloads because the person says so. */
    reload,
  };
};
