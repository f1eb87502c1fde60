/**
 * What our readers take for the bytes that are dearest to read: what strangers can repeat, in all combinations of two, and elements
 * that are looked at as a whole. As a table: ms of one core for a megabyte, how the time grows with the bytes (1 is in proportion, 2 is
 * the square of it), and the longest that a piece of what a client has sent, as large as a turn takes it, keeps all others waiting.
 *
 *   npm run -s complexity -- [--megabytes 1] [--json]
 *
 * What is in proportion is held by the tests (ingest-worker/complexity.test.ts), by counting; here it is timed, each twice and the
 * better one taken: what else the machine does is not the reader's. Exit 1 where a reader takes longer than it may.
 */
import {
  readContainer,
  recut,
  STRUCTURES,
  type Structure,
  WHOLE_ELEMENTS,
} from '../../../ingest-worker/complexity.testing.ts';
import { LIMITS } from '../../../ingest-worker/limits.ts';
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
/** SPEC L17, L18. */
const MOST_MS_PER_MB = 2_000;
const MOST_TURN_MS = 50;
/** Time over bytes, both as powers: less than this is in proportion, whatever the machine does meanwhile. */
const MOST_SLOPE = 1.3;
const SHARES = [1 / 4, 1 / 2, 1, 2];
const TRIES = 2;
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

/** What the reading of some pieces took, of a core in all and for the longest piece. */
type Timed = { bytes: number; ms: number; longestMs: number };

const cpuMs = (since?: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1_000;
};

const timeOnce = (read: Structure['read'], pieces: readonly Buffer[]): Timed => {
  const bytes = pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
  let longestMs = 0;
  const before = process.cpuUsage();
  const eachTimed = function* (): Generator<Buffer> {
    for (const piece of pieces) {
      const began = process.cpuUsage();
      yield piece;
      longestMs = Math.max(longestMs, cpuMs(began));
    }
  };
  read(readers, eachTimed());
  return { bytes, ms: cpuMs(before), longestMs };
};
const time = (read: Structure['read'], pieces: readonly Buffer[]): Timed => {
  const tries = Array.from({ length: TRIES }, () => timeOnce(read, pieces));
  return {
    bytes: tries[0]?.bytes ?? 0,
    ms: Math.min(...tries.map(({ ms }) => ms)),
    longestMs: Math.min(...tries.map(({ longestMs }) => longestMs)),
  };
};
const msPerMb = ({ ms, bytes }: Timed): number => (ms * MB) / bytes;

/** The power of the bytes with which the time grows, by least squares. */
const slopeOf = (grown: readonly Timed[]): number => {
  const points = grown.map(({ bytes, ms }) => ({ x: Math.log(bytes), y: Math.log(Math.max(ms, 0.01)) }));
  const mean = (of: (point: { x: number; y: number }) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [x, y] = [mean((point) => point.x), mean((point) => point.y)];
  return mean((point) => (point.x - x) * (point.y - y)) / mean((point) => (point.x - x) ** 2);
};

type Row = { name: string; runs: number; worst: string; msPerMb: number; slope: number | undefined; turnMs: number };

const ofStructure = ([name, { make, parts, read }]: [string, Structure]): Row => {
  let [dearest, turnMs, runs] = [{ parts: [0, 0], msPerMb: 0 }, 0, 0];
  for (let one = 0; one < parts; one += 1)
    for (let other = one; other < parts; other += 1) {
      runs += 1;
      const pieces = recut(make([one, other], megabytes * MB), LIMITS.pieceBytes);
      const timed = time(read, pieces);
      turnMs = Math.max(turnMs, timed.longestMs);
      if (msPerMb(timed) > dearest.msPerMb) dearest = { parts: [one, other], msPerMb: msPerMb(timed) };
    }
  const grown = SHARES.map((share) =>
    time(read, recut(make(dearest.parts, share * megabytes * MB), LIMITS.pieceBytes)),
  );
  return {
    name,
    runs,
    worst: `parts ${dearest.parts.join()}`,
    msPerMb: dearest.msPerMb,
    slope: slopeOf(grown),
    turnMs,
  };
};

const ofWholeElement = ([name, { make }]: [string, (typeof WHOLE_ELEMENTS)[string]]): Row => {
  const timed = time(readContainer, recut(make(LIMITS.elementBytes), LIMITS.pieceBytes));
  return {
    name,
    runs: 1,
    worst: `${(timed.bytes / MB).toFixed(1)} MB`,
    msPerMb: msPerMb(timed),
    slope: undefined,
    turnMs: timed.longestMs,
  };
};

const isHeld = (row: Row): boolean =>
  row.msPerMb <= MOST_MS_PER_MB && row.turnMs <= MOST_TURN_MS && (row.slope ?? 1) <= MOST_SLOPE;

const rows = [
  ...Object.entries<Structure>(STRUCTURES).map(ofStructure),
  ...Object.entries(WHOLE_ELEMENTS).map(ofWholeElement),
].map((row) => ({ ...row, held: isHeld(row) }));
if (values.json) console.log(JSON.stringify(rows));
else {
  console.log(`| reader | runs of ${megabytes} MB | dearest | ms a MB | slope | longest piece, ms | |`);
  console.log('| --- | --- | --- | --- | --- | --- | --- |');
  for (const { name, runs, worst, msPerMb, slope, turnMs, held } of rows) {
    const figures = [msPerMb.toFixed(1), slope?.toFixed(2) ?? '', turnMs.toFixed(1), held ? 'held' : 'NOT HELD'];
    console.log(`| ${[name, runs, worst, ...figures].join(' | ')} |`);
  }
}
process.exit(rows.every(({ held }) => held) ? 0 : 1);
