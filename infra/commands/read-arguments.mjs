// @ts-check
/** What was typed behind a command. Plain JavaScript, because some commands run before anything is installed. */
import { parseArgs } from 'node:util';

/**
 * Reads the options and words behind a command. Ends the process where that leaves nothing to do: with 0 and the usage after
 * `--help`, with 2 and a sentence where an option is unknown, a value is missing or a word is too many.
 *
 * @template {NonNullable<import('node:util').ParseArgsConfig['options']>} const Options
 * @param {string} usage names the command as it is typed (`npm run …`), and all that it takes
 * @param {{ options: Options, words?: number }} known `words` is how many may follow, none by default
 * @returns {ReturnType<typeof parseArgs<{ options: Options, allowPositionals: true }>>}
 */
export const readArguments = (usage, { options, words = 0 }) => {
  const [typed = ''] = /npm (?:start|test|run (?:-s )?[\w-]+(?::[\w-]+)*)/.exec(usage) ?? [];
  /** @type {(why: string) => never} */
  const refuse = (why) => {
    console.error(`✗ ${why}: ${typed} -- --help`);
    process.exit(2);
  };
  /** @type {NonNullable<import('node:util').ParseArgsConfig['options']>} */
  const known = options;
  const { tokens } = parseArgs({ options: known, allowPositionals: true, strict: false, tokens: true });
  const named = tokens.filter((token) => token.kind === 'option');
  if (named.some(({ name }) => name === 'help' || name === 'h')) {
    console.log(usage);
    process.exit(0);
  }
  const unknown = named.find(
    ({ name, value }) => !known[name] || (known[name].type === 'boolean' && value !== undefined),
  );
  if (unknown) refuse(`There is no ${unknown.rawName}`);
  const tooMany = tokens.filter((token) => token.kind === 'positional')[words];
  if (tooMany) refuse(`There is no ${tooMany.value}`);
  try {
    return parseArgs({ options, allowPositionals: true });
  } catch (cause) {
    return refuse(cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause));
  }
};
