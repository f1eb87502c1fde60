/**
 * How much of this worker is taken, in load units (limits.ts). A reservation is made before the upgrade and may be corrected
 * once it is known what the client really sends.
 */
export type Admission = {
  reserve(units: number): Reservation | undefined;
  readonly units: number;
  readonly sessions: number;
  readonly capacityUnits: number;
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
  maxSessions,
}: {
  capacityUnits: number;
  maxSessions: number;
}): Admission => {
  const taken = new Map<symbol, number>();
  let units = 0;

  return {
    get units() {
      return units;
    },
    get sessions() {
      return taken.size;
    },
    capacityUnits,
    get open() {
      return units < capacityUnits && taken.size < maxSessions;
    },
    reserve: (wanted) => {
      // The first session is let in whatever it weighs: a machine too small for a transcode can still try one.
      // What costs nothing always has room: it takes the place of something that is here.
      if (wanted > 0 && (taken.size >= maxSessions || (taken.size > 0 && units + wanted > capacityUnits)))
        return undefined;
      const id = Symbol('reservation');
      taken.set(id, wanted);
      units += wanted;
      return {
        change: (next) => {
          const now = taken.get(id);
          if (now === undefined) return false;
          if (next > now && now > 0 && taken.size > 1 && units - now + next > capacityUnits) return false;
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
