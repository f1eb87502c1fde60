import { readArguments } from '../commands/read-arguments.mjs';
import { CommandError, messageOf, orExplain } from '../local/command-error.mjs';
import { makeShow } from './show.ts';

/**
 * A real show against whatever is deployed at an origin. The token is in the environment and no argument: arguments are seen by
 * everybody on a machine.
 */
const USAGE = `TOKEN=… npm run smoke -- ORIGIN [--media FILE] [--seconds 25]

A real show against whatever is deployed there, in Mux's test mode (free, five minutes at most, gone in a day). TOKEN is an access
token of somebody who may go live: npm run -s token -- asha has one locally, the browser's own requests hold one elsewhere.`;
const { positionals, values } = readArguments(USAGE, {
  words: 1,
  options: { media: { type: 'string' }, seconds: { type: 'string', default: '25' } },
});
const [origin] = positionals;
const token = process.env['TOKEN'];
if (!origin || !token) {
  console.error(USAGE);
  process.exit(2);
}

await orExplain(() =>
  makeShow({
    origin,
    token,
    media: values.media,
    seconds: Number(values.seconds),
    say: (line) => console.log(line),
  }).catch((cause: unknown) => {
    // Whatever is wrong is wrong with what is deployed.
    throw new CommandError(messageOf(cause), { cause });
  }),
);
process.exit(0);
