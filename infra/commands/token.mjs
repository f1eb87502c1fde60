// @ts-check
/** `npm run -s token -- asha`: an access token of a demo account, for scripts and curl against the running platform. */
import { CommandError, orExplain } from '../local/command-error.mjs';
import { dataDirectory } from '../local/machine.mjs';
import { askPlatform } from './ask-platform.mjs';
import { readArguments } from './read-arguments.mjs';

const USAGE =
  'npm run -s token -- LOGIN: prints an access token of a demo account (asha, bilal, chen, mona) of the running platform.';
const [login] = readArguments(USAGE, { options: {}, words: 1 }).positionals;
if (!login) {
  // Not where a script looks for the token.
  console.error(USAGE);
  process.exit(2);
}
await orExplain(async () => {
  const { ok, body } = await askPlatform(dataDirectory(), '/_local/token', { withinMs: 10_000, body: { login } });
  if (!ok) throw new CommandError(body.message);
  console.log(body.token);
});
