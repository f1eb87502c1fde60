/**
 * The worker's image, built and run by a real Docker engine as the cloud runs it: confined, fed with real shows, stopped and killed
 * in the middle of them, before an RTMPS server that counts every frame.
 *
 *   npm run test:container -- [--rows stopped,killed] [--times 5] [--image NAME]
 *
 * Exit 1 when a promise was not held, 2 when there is no engine to try it with.
 */
import { once } from 'node:events';
import { readArguments } from '../../commands/read-arguments.mjs';
import { chooseRows, createRowRunner, type Finding, listRows } from '../lib/run-rows.ts';
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

${listRows(ROWS).join('\n')}`;
const BUILT = 'vybzz-ingest-worker:test';
const UNTESTED = 2;
const INTERRUPTED = 130;

const { values } = readArguments(USAGE, {
  options: {
    rows: { type: 'string' },
    times: { type: 'string', default: '1' },
    image: { type: 'string' },
  },
});
const times = Number(values.times);
const rows = chooseRows(ROWS, values.rows, USAGE, times >= 1 ? [] : [`--times ${values.times}`]);

const play = async (): Promise<number> => {
  if (values.image === undefined) await buildImage(BUILT, (line) => console.log(line));
  const runner = createRowRunner();
  for (const row of rows)
    await runner.play(row, async () => {
      const findings: Finding[] = [];
      for (let time = 1; time <= times; time += 1)
        findings.push({
          ...(times > 1 && { about: `${time} of ${times}` }),
          broken: [],
          measured: [await row.play(values.image ?? BUILT)],
        });
      return findings;
    });
  return runner.end();
};

const run = async (): Promise<number> => {
  const missing = await engineMissing();
  if (missing) {
    console.error(`✗ npm run test:container needs a Docker engine on Linux, and ${missing}. Nothing was tested.`);
    return UNTESTED;
  }
  const asked = Promise.race(['SIGINT', 'SIGTERM'].map((signal) => once(process, signal))).then(() => undefined);
  const code = await Promise.race([play(), asked]).catch((cause: unknown) => {
    console.error(`✗ ${cause instanceof Error ? cause.message : String(cause)}`);
    return 1;
  });
  interrupt();
  const left = await removeOurs();
  if (code === undefined) console.log(`\nInterrupted; ${left} container(s) removed.`);
  return code ?? INTERRUPTED;
};

process.exit(await run());
