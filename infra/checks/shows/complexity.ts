/**
 * How much processor time our readers take for a megabyte of the bytes that are dearest to read: what strangers can repeat, in
 * all combinations of two, read as the shipped code reads it, in one piece.
 *
 *   npm run -s complexity -- [--megabytes 1] [--json]
 *
 * What is in proportion is held by the tests (ingest-worker/complexity.test.ts), by counting; here it is timed. Exit 1 where a
 * reader takes longer than it may.
 */
import { STRUCTURES, type Structure } from '../../../ingest-worker/complexity.testing.ts';
import { createContainerReader } from '../../../ingest-worker/media/container-reader.ts';
import { createFlvReader } from '../../../ingest-worker/media/flv-reader.ts';
import { createPictureSetUp } from '../../../ingest-worker/media/picture-set-up.ts';
import { createRing } from '../../../ingest-worker/media/ring.ts';
import { createTagger } from '../../../ingest-worker/media/tagger.ts';
import { createChunkReader } from '../../../ingest-worker/publish/chunk-reader.ts';
import { PUBLISH_LIMITS } from '../../../ingest-worker/publish/publish-limits.ts';
import { createReplayBuffer } from '../../../ingest-worker/session/replay-buffer.ts';
import { readArguments } from '../../commands/read-arguments.mjs';

const USAGE = 'npm run -s complexity -- [--megabytes 1] [--json]';
const { values } = readArguments(USAGE, {
  options: { megabytes: { type: 'string', default: '1' }, json: { type: 'boolean', default: false } },
});
const megabytes = Number(values.megabytes);
if (!(megabytes > 0)) {
  console.error(USAGE);
  process.exit(2);
}

const MB = 1024 * 1024;
/** SPEC L17. */
const MOST_MS = 2_000;
const readers = {
  createContainerReader,
  createRing,
  createPictureSetUp,
  createTagger,
  createReplayBuffer,
  createFlvReader,
  createChunkReader,
  PUBLISH_LIMITS,
};

const time = ({ make, read }: Structure, parts: readonly number[]): number => {
  const pieces = [Buffer.concat(make(parts, megabytes * MB))];
  const bytes = pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
  const before = process.cpuUsage();
  read(readers, pieces);
  const { user, system } = process.cpuUsage(before);
  return ((user + system) / 1_000) * (MB / bytes);
};

const results = Object.entries<Structure>(STRUCTURES).map(([name, structure]) => {
  let worst = { parts: '', msPerMb: 0 };
  let runs = 0;
  for (let one = 0; one < structure.parts; one += 1)
    for (let other = one; other < structure.parts; other += 1) {
      runs += 1;
      const msPerMb = time(structure, [one, other]);
      if (msPerMb > worst.msPerMb) worst = { parts: `${one},${other}`, msPerMb };
    }
  return { name, runs, ...worst, held: worst.msPerMb <= MOST_MS };
});
if (values.json) console.log(JSON.stringify(results));
else
  for (const { name, runs, parts, msPerMb, held } of results)
    console.log(
      `${name.padEnd(18)} ${runs} runs of ${megabytes} MB, worst ${Math.round(msPerMb)} ms a MB (parts ${parts}): ${held ? 'held' : 'NOT HELD'}`,
    );
process.exit(results.every(({ held }) => held) ? 0 : 1);
