/**
 * What our readers take for the bytes that are dearest to read: what strangers can repeat, in all combinations of two, and elements
 * that are looked at as a whole. As a table: ms of one core for a megabyte, how the time grows with the bytes (1 is in proportion, 2 is
 * the square of it), and the longest that a piece of what a client has sent, as large as a turn takes it, keeps all others waiting.
 *
 *   npm run -s complexity -- [--megabytes 1] [--json]
 *
 * What is in proportion is held by the tests (ingest-worker/complexity.test.ts), by counting; here it is timed, the dearest twice
 * and the better one taken: what else the machine does is not the reader's. Exit 1 where a reader takes longer than it may.
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
const TURN_TRIES = 5;
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

const timeOnce = (read: Structure['read'], pieces: readonly Buffer[]): Timed => {
  const bytes = pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
  let longestMs = 0;
  const before = process.cpuUsage();
  const eachTimed = function* (): Generator<Buffer> {
    for (const piece of pieces) {
      // By the clock: what the engine does on other threads keeps nobody waiting.
      const began = performance.now();
      yield piece;
      longestMs = Math.max(longestMs, performance.now() - began);
    }
  };
  read(readers, eachTimed());
  const { user, system } = process.cpuUsage(before);
  return { bytes, ms: (user + system) / 1_000, longestMs };
};
const time = (read: Structure['read'], pieces: readonly Buffer[], times = TRIES): Timed => {
  const tries = Array.from({ length: times }, () => timeOnce(read, pieces));
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
  const cut = (of: readonly number[], share: number) => recut(make(of, share * megabytes * MB), LIMITS.pieceBytes);
  const first: { of: number[]; timed: Timed }[] = [];
  for (let one = 0; one < parts; one += 1)
    for (let other = one; other < parts; other += 1)
      first.push({ of: [one, other], timed: timeOnce(read, cut([one, other], 1)) });
  const dearestBy = (by: (timed: Timed) => number): number[] =>
    first.reduce((dearest, next) => (by(next.timed) > by(dearest.timed) ? next : dearest)).of;
  const dearest = dearestBy(msPerMb);
  const longest = dearestBy(({ longestMs }) => longestMs);
  return {
    name,
    runs: first.length,
    worst: `parts ${dearest.join()}`,
    msPerMb: msPerMb(time(read, cut(dearest, 1))),
    slope: slopeOf(SHARES.map((share) => time(read, cut(dearest, share)))),
    turnMs: time(read, cut(longest, 1), TURN_TRIES).longestMs,
  };
};

const ofWholeElement = ([name, { make }]: [string, (typeof WHOLE_ELEMENTS)[string]]): Row => {
  const timed = time(readContainer, recut(make(LIMITS.elementBytes), LIMITS.pieceBytes), TURN_TRIES);
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
