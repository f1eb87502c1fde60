/**
 * Does the studio say what is so? Random shows with random faults, each with a network of its own before a real worker, table and
 * RTMPS server; four times a second what the page says is held against what the server has. No sentence may be false for longer than
 * two seconds, and the account at the end is held against the frames.
 *
 * The shows are sent by the product's own client from recordings, and the words are made by the page's own functions from its own
 * states, in this process: fifty browsers would measure the machine. What only a browser does (its encoder, its sleep) is held in
 * `npm run browser`.
 *
 *   npm run truth -- [--shows 50] [--at-once 5] [--seconds 40] [--seed 1] [--json]
 *
 * Exit 1 when something false was said.
 */
import { readArguments } from '../../commands/read-arguments.mjs';
import { openHarness } from '../shows/harness.ts';
import { playShows } from './play-shows.ts';

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

const USAGE = 'npm run truth -- [--shows 50] [--at-once 5] [--seconds 40] [--seed 1] [--json]';
const { values } = readArguments(USAGE, {
  options: {
    shows: { type: 'string', default: '50' },
    'at-once': { type: 'string', default: '5' },
    seconds: { type: 'string', default: '40' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
const [shows = 0, atOnce = 0, seconds = 0, seed = 0] = [
  values.shows,
  values['at-once'],
  values.seconds,
  values.seed,
].map(Number);
if (!(shows > 0) || !(atOnce > 0) || !(seconds >= 15) || !Number.isInteger(seed)) {
  console.error(USAGE);
  process.exit(2);
}

const harness = await openHarness();
const played = await playShows(harness, { shows, atOnce, seconds, seed, say: (line) => console.error(line) });
await harness.close();

const false_ = played.filter(({ broken }) => broken.length > 0);
if (values.json) console.log(JSON.stringify({ held: false_.length === 0, seed, played }));
else {
  for (const { number, faults, broken, account } of played) {
    console.log(`show ${number}: ${faults.join(', ') || 'undisturbed'}. “${account}”`);
    for (const what of broken) console.log(`  ✗ ${what}`);
  }
  const moments = played.reduce((sum, one) => sum + one.moments, 0);
  console.log(`${played.length} shows, ${moments} moments, seed ${seed}: ${false_.length} with something false`);
}
process.exit(false_.length === 0 ? 0 : 1);
