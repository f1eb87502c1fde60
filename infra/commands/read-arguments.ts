import { parseArgs, type ParseArgsConfig } from 'node:util';

const WRONG = 2;

/** `parseArgs`, but what it cannot read is a sentence, the usage and exit 2: never a stack. `--help` is the usage and exit 0. */
export const readArguments = <const Config extends ParseArgsConfig>(
  usage: string,
  config: Config,
): ReturnType<typeof parseArgs<Config>> => {
  if (process.argv.includes('--help')) {
    console.log(usage);
    process.exit(0);
  }
  try {
    return parseArgs(config);
  } catch (cause) {
    console.error(`✗ ${cause instanceof Error ? cause.message : String(cause)}\n\n${usage}`);
    process.exit(WRONG);
  }
};
