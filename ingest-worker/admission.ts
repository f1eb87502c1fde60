import { LIMITS } from './limits.ts';

/**
 * How much of this worker is taken, in load units and, by those, of its memory (limits.ts). A reservation is made before the upgrade and may be corrected
 * once it is known what the client really sends.
 */
export type Admission = {
  reserve(units: number): Reservation | undefined;
  readonly units: number;
  readonly sessions: number;
  readonly capacityUnits: number;
  /** How full it is by whatever is most: units, memory or sessions; 1 is full. */
  readonly fullness: number;
  /** Room for another session of the cheapest kind. */
  readonly open: boolean;
};

export type Reservation = {
  /** False, and nothing changed, where there is no room for that many. */
  change(units: number): boolean;
  /** Twice is harmless. */
  release(): void;
};

export const createAdmission = ({
  capacityUnits,
  memoryBytes = Number.POSITIVE_INFINITY,
  maxSessions,
}: {
  capacityUnits: number;
  /** What the worker and its encoders may hold together. @default no bound */
  memoryBytes?: number;
  maxSessions: number;
}): Admission => {
  const taken = new Map<symbol, number>();
  let units = 0;
  const freeBytes = Math.max(0, memoryBytes * LIMITS.memoryShare - LIMITS.workerBytes);
  const heldBytes = (sessions: number, load: number): number =>
    sessions * LIMITS.sessionBytes + load * LIMITS.unitBytes;
  const fits = (sessions: number, load: number): boolean =>
    load <= capacityUnits && sessions <= maxSessions && heldBytes(sessions, load) <= freeBytes;

  return {
    get units() {
      return units;
    },
    get sessions() {
      return taken.size;
    },
    capacityUnits,
    get open() {
      return (taken.size === 0 && maxSessions > 0) || fits(taken.size + 1, units + 1);
    },
    get fullness() {
      return Math.max(
        units / capacityUnits,
        taken.size / maxSessions,
        taken.size === 0 ? 0 : heldBytes(taken.size, units) / Math.max(1, freeBytes),
      );
    },
    reserve: (wanted) => {
      // The first session is let in whatever it weighs: a machine too small for a transcode can still try one.
      // What costs nothing always has room: it takes the place of something that is here.
      if (wanted > 0 && !fits(taken.size + 1, units + wanted) && (taken.size > 0 || maxSessions < 1)) return undefined;
      const id = Symbol('reservation');
      taken.set(id, wanted);
      units += wanted;
      return {
        change: (next) => {
          const now = taken.get(id);
          if (now === undefined) return false;
          if (next > now && now > 0 && taken.size > 1 && !fits(taken.size, units - now + next)) return false;
          taken.set(id, next);
          units += next - now;
          return true;
        },
        release: () => {
          units -= taken.get(id) ?? 0;
          taken.delete(id);
        },
      };
    },
  };
};
