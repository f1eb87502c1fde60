/** Enough for a person who mistypes, too few for a script. */
export const GUESSES = { wrong: 5, windowMs: 60_000 } as const;

/**
 * Counts wrong passwords. One count for all: there is one password, and whoever guesses may call himself what he likes.
 */
export function createGuesses(now: () => number) {
  let wrongAt: number[] = [];
  const recent = () => {
    wrongAt = wrongAt.filter((at) => now() - at < GUESSES.windowMs);
    return wrongAt;
  };
  return {
    /** How long everybody has to wait before the next guess; 0 is not at all. */
    waitMs(): number {
      const [oldest] = recent();
      return wrongAt.length < GUESSES.wrong || oldest === undefined ? 0 : oldest + GUESSES.windowMs - now();
    },
    wrong() {
      recent().push(now());
    },
    right() {
      wrongAt = [];
    },
  };
}

export type Guesses = ReturnType<typeof createGuesses>;
