// @ts-check
/** `npm run -s token -- asha`: an access token of a demo account, for scripts and curl against the running platform. */
import { dataDirectory } from '../local/machine.mjs';
import { readOptions } from './options.mjs';
import { runningPlatform } from '../local/running.mjs';

const USAGE =
  'npm run -s token -- LOGIN: prints an access token of a demo account (asha, bilal, chen) of the running platform.';
const [login] = readOptions({ help: 'npm run -s token -- --help', usage: USAGE, words: 1 }).words;
if (!login) {
  // Not where a script looks for the token.
  console.error(USAGE);
  process.exit(2);
}
const running = await runningPlatform(dataDirectory());
if (!running) {
  console.error(`Vybzz is not running on ${dataDirectory()}: npm start`);
  process.exit(1);
}
const answer = await fetch(`${running.origin}/_local/token`, {
  method: 'POST',
  headers: { authorization: `Bearer ${running.localSecret}`, 'content-type': 'application/json' },
  body: JSON.stringify({ login }),
  signal: AbortSignal.timeout(10_000),
}).catch((cause) => cause);
if (answer instanceof Error) {
  console.error(`Vybzz runs (pid ${running.pid}) but ${running.origin} does not answer: ${answer.message}`);
  process.exit(1);
}
const body = await answer.json();
if (!answer.ok) {
  console.error(body.message);
  process.exit(1);
}
console.log(body.token);
