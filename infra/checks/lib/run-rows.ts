/** One promise of the product, as something to be played. */
export type Row = { name: string; promise: string };

/** What came of playing a row once. */
export type Finding = {
  /** Which of several plays of the row it is about, where there are several. */
  about?: string;
  /** What of it is not as promised, in a few words each; none where the promise was held. */
  broken: readonly string[];
  /** What was measured, in lines for a person. */
  measured?: readonly string[];
  /** The same for a program, as `--json` prints it. */
  facts?: object;
};

/**
 * The rows of a command line's `--rows`, in the order of the table; `error-` stands for all that begin so. Says which do not exist, and
 * ends the program with 2.
 */
export const chooseRows = <One extends Row>(
  rows: readonly One[],
  wanted: string | undefined,
  usage: string,
  alsoUnknown: readonly string[] = [],
): One[] => {
  const names = wanted?.split(',') ?? rows.map(({ name }) => name);
  const isMeant = (row: One, name: string) => row.name === name || (name.endsWith('-') && row.name.startsWith(name));
  const unknown = [...names.filter((name) => !rows.some((row) => isMeant(row, name))), ...alsoUnknown];
  if (unknown.length > 0) {
    console.error(`✗ There is no ${unknown.join(', ')}\n\n${usage}`);
    process.exit(2);
  }
  return rows.filter((row) => names.some((name) => isMeant(row, name)));
};

/** One line a row, for `--help`. */
export const listRows = (rows: readonly Row[]): string[] =>
  rows.map(({ name, promise }) => `  ${name.padEnd(24)} ${promise}`);

/** Plays rows one after the other and tells what was held; a play that throws has not held its promise. */
export const createRowRunner = ({ json = false }: { json?: boolean } = {}) => {
  const findings: (Row & Finding)[] = [];
  const startedMs = performance.now();

  const print = ({ about, broken, measured = [] }: Finding): void => {
    console.log(`  ${about === undefined ? '' : `${about}: `}${broken.length === 0 ? 'held' : 'NOT HELD'}`);
    for (const line of measured) console.log(`    ${line}`);
    for (const what of broken) console.log(`    ✗ ${what}`);
  };

  return {
    play: async ({ name, promise }: Row, play: () => Promise<readonly Finding[]>): Promise<void> => {
      if (!json) console.log(`\n${name}: ${promise}`);
      const found = await play().catch((error: unknown): Finding[] => [
        { broken: [error instanceof Error ? error.message : String(error)] },
      ]);
      findings.push(...found.map((finding) => ({ name, promise, ...finding })));
      if (!json) for (const finding of found) print(finding);
    },
    /** Says how many were held; answers the exit code. */
    end: (): number => {
      const failed = findings.filter(({ broken }) => broken.length > 0).length;
      const minutes = ((performance.now() - startedMs) / 60_000).toFixed(1);
      if (json)
        console.log(
          JSON.stringify(
            findings.map(({ name, promise, about, broken, facts }) => ({
              name,
              promise,
              about,
              held: broken.length === 0,
              broken,
              ...facts,
            })),
            null,
            2,
          ),
        );
      else console.log(`\n${findings.length - failed} held, ${failed} not held, in ${minutes} minutes`);
      return failed > 0 ? 1 : 0;
    },
  };
};
