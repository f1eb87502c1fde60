/** Something that a stranger does, and what has to come of it. */
export type AttackCase<Bed> = {
  attack: string;
  /** What has to be got; one of several where it is a list. */
  expected: string | readonly string[];
  /** What was got, in one word or few. */
  play: (bed: Bed) => Promise<string> | string;
  /** Takes too long, or too much, for the short form. */
  long?: true;
};

export type AttackResult = { group: string; attack: string; expected: string; got: string; held: boolean };

/** An attack that gets nothing for so long has got nothing. */
const PATIENCE_MS = 60_000;

const listed = (expected: string | readonly string[]): readonly string[] =>
  typeof expected === 'string' ? [expected] : expected;

/** Plays cases one after the other, each to its end; whatever throws has got what it says, and is a hole. */
export const playCases = async <Bed>(
  group: string,
  cases: readonly AttackCase<Bed>[],
  bed: Bed,
  told: (result: AttackResult) => void,
): Promise<AttackResult[]> => {
  const results: AttackResult[] = [];
  for (const { attack, expected, play } of cases) {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<string>((resolve) => {
      timer = setTimeout(() => resolve('nothing within a minute'), PATIENCE_MS);
    });
    const played = Promise.resolve(bed).then(play);
    const got = await Promise.race([played, late]).catch((cause: unknown) => `a fault: ${String(cause)}`.slice(0, 120));
    clearTimeout(timer);
    const held = listed(expected).includes(got);
    const result = { group, attack, expected: listed(expected).join(' or '), got, held };
    results.push(result);
    told(result);
  }
  return results;
};
