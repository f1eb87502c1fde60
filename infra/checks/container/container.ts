/**
 * The worker's image, built and run by a real Docker engine as the cloud runs it: confined, fed with real shows, stopped and killed
 * in the middle of them, before an RTMPS server that counts every frame.
 *
 *   npm run test:container -- [--rows stopped,killed] [--times 5] [--image NAME]
 *
 * Exit 1 when a promise was not held, 2 when there is no engine to try it with.
 */
import { once } from 'node:events';
import { readArguments } from '../../commands/read-arguments.ts';
import { engineMissing, interrupt, removeOurs } from './engine.ts';
import { buildImage } from './image.ts';
import { ROWS } from './rows.ts';

// Of no interest to whoever waits for a container.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

const USAGE = `npm run test:container -- [--rows ROW,…] [--times N] [--image NAME]

  --rows    only these, of those below
  --times   each row so often
  --image   this image instead of one built from the sources
  BUILD_NETWORK=host in the environment where builds reach no registry otherwise

${ROWS.map(({ name, promise }) => `  ${name.padEnd(10)} ${promise}`).join('\n')}`;
const BUILT = 'vybzz-ingest-worker:test';
const UNTESTED = 2;
const INTERRUPTED = 130;

const say = (line: string): void => console.log(line);

const { values } = readArguments(USAGE, {
  options: {
    rows: { type: 'string' },
    times: { type: 'string', default: '1' },
    image: { type: 'string' },
  },
});
const names = ROWS.map(({ name }) => name);
const wanted = values.rows?.split(',') ?? names;
const times = Number(values.times);

const play = async (): Promise<boolean> => {
  if (values.image === undefined) await buildImage(BUILT, say);
  let held = true;
  for (const { name, play: playRow } of ROWS.filter((row) => wanted.includes(row.name)))
    for (let time = 1; time <= times; time += 1) {
      const which = times > 1 ? `${name} (${time} of ${times})` : name;
      try {
        say(`✓ ${which}: ${await playRow(values.image ?? BUILT)}`);
      } catch (cause) {
        held = false;
        say(`✗ ${which}: ${cause instanceof Error ? cause.message : String(cause)}`);
      }
    }
  return held;
};

const run = async (): Promise<number> => {
  const unknown = wanted.filter((name) => !names.includes(name));
  if (!(times >= 1)) unknown.push(`--times ${values.times}`);
  if (unknown.length > 0) {
    console.error(`✗ There is no ${unknown.join(', ')}\n\n${USAGE}`);
    return UNTESTED;
  }
  const missing = await engineMissing();
  if (missing) {
    console.error(`✗ npm run test:container needs a Docker engine on Linux, and ${missing}. Nothing was tested.`);
    return UNTESTED;
  }
  const asked = Promise.race(['SIGINT', 'SIGTERM'].map((signal) => once(process, signal))).then(() => undefined);
  const held = await Promise.race([play(), asked]).catch((cause: unknown) => {
    console.error(`✗ ${cause instanceof Error ? cause.message : String(cause)}`);
    return false;
  });
  interrupt();
  const left = await removeOurs();
  if (held === undefined) say(`\nInterrupted; ${left} container(s) removed.`);
  else if (held) say('✓ npm run test:container: all of it holds');
  return held === undefined ? INTERRUPTED : held ? 0 : 1;
};

process.exit(await run());
