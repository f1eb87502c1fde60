import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Media } from '#wire';
import { readMatroska } from '../../infra/checks/shows/matroska-capture.ts';
import { readMp4 } from '../../infra/checks/shows/mp4-capture.ts';

/** A recording of ten seconds at 720p30 and 2.3 Mb/s, by the rung whose browsers send the like. */
export type Rung = 1 | 2 | 3 | 4;

/** What a browser hands over at a time: bytes, and when they are there, in ms since the show began. */
export type Piece = { bytes: Buffer; atMs: number };

export type Recording = {
  media: Media;
  init: Buffer;
  roundMs: number;
  /** The pieces of the nth time around, with times of the media that go on from the time before. */
  round: (nth: number) => readonly Piece[];
};

/** Where they are made at first use; nothing of it is committed. */
const FOLDER = fileURLToPath(new URL('../../.vybzz/bench', import.meta.url));
const SECONDS = 10;
/** A recorder gives what it has this often; of WebCodecs each frame comes when it is encoded. */
const TIMESLICE_MS = 250;
/** From the last frame of one round to the first of the next: longer than any frame of sound, which must not overlap. */
const GAP_MS = 34;
/**
 * Rounds are so long as whole pictures are: then those of all rounds stand in one rhythm, and an encoder that puts them into it, as that
 * of rung 4 does, moves none. Three pictures of 30 a second, which no shorter time in whole milliseconds is.
 */
const RHYTHM_MS = 100;
/** Nobody is in a round that has not been asked for so long. */
const UNUSED_MS = 2_000;

const words = (text: string): string[] => text.split(' ');

/** Noise over a moving picture, which fills the bitrate as a camera does. */
const SOURCE = [
  ...words('-v error -y -f lavfi -i'),
  'testsrc2=size=1280x720:rate=30,noise=alls=6:allf=t',
  ...words('-f lavfi -i'),
  'sine=frequency=440:sample_rate=48000,aformat=channel_layouts=stereo',
  ...words(`-t ${SECONDS}`),
];
const H264 = words(
  '-c:v libx264 -preset veryfast -profile:v baseline -pix_fmt yuv420p -g 60 -keyint_min 60 -sc_threshold 0 -b:v 2200k -minrate 2200k -maxrate 2200k -bufsize 1100k',
);
const VP8 = words(
  '-c:v libvpx -deadline realtime -cpu-used 8 -g 60 -keyint_min 60 -b:v 2200k -minrate 2200k -maxrate 2200k -bufsize 1100k',
);
const AAC = words('-c:a aac -b:a 128k');
const OPUS = words('-c:a libopus -b:a 128k');
const matroska = (format: string): string[] =>
  words(`-map_metadata -1 -bitexact -f ${format} -live 1 -cluster_time_limit 1000 -write_crc32 0`);
const MP4 = words('-f mp4 -movflags empty_moov+default_base_moof -frag_duration 250000');

const MADE = {
  1: { file: 'h264-aac.mkv', how: [...H264, ...AAC, ...matroska('matroska')] },
  2: { file: 'h264-aac.mp4', how: [...H264, ...AAC, ...MP4] },
  3: { file: 'h264-opus.mkv', how: [...H264, ...OPUS, ...matroska('matroska')] },
  4: { file: 'vp8-opus.webm', how: [...VP8, ...OPUS, ...matroska('webm')] },
} as const;

const PICTURE = { width: 1280, height: 720, frameRate: 30, videoKbps: 2_300, audioKbps: 128 };
const MEDIA: Record<Rung, Media> = {
  1: { container: 'matroska', videoCodec: 'avc1.42c01f', audioCodec: 'mp4a.40.2', ...PICTURE },
  2: { container: 'mp4', videoCodec: 'avc1.42c01f', audioCodec: 'mp4a.40.2', ...PICTURE },
  3: { container: 'matroska', videoCodec: 'avc1.42c01f', audioCodec: 'opus', ...PICTURE },
  4: { container: 'webm', videoCodec: 'vp8', audioCodec: 'opus', ...PICTURE },
};

const pathOf = (rung: Rung): string => join(FOLDER, MADE[rung].file);

/** Makes what is not there yet; `begins` is told before the seconds that it takes. */
export const makeRecordings = async (begins: (file: string) => void): Promise<void> => {
  await mkdir(FOLDER, { recursive: true });
  for (const rung of [1, 2, 3, 4] as const) {
    const { file, how } = MADE[rung];
    if (existsSync(pathOf(rung))) continue;
    begins(file);
    const half = join(FOLDER, `half-${file}`);
    await promisify(execFile)('ffmpeg', [...SOURCE, ...how, half]);
    await rename(half, pathOf(rung));
  }
};

export const openRecording = (rung: Rung): Recording => {
  const media = MEDIA[rung];
  const { init, units } = (media.container === 'mp4' ? readMp4 : readMatroska)(readFileSync(pathOf(rung)));
  const endMs = Math.max(...units.map((unit) => unit.endMs)) + GAP_MS;
  const roundMs = Math.ceil(endMs / RHYTHM_MS) * RHYTHM_MS;
  const cuts = units.flatMap((unit) =>
    media.container === 'mp4'
      ? [{ bytes: unit.at(0).length, atMs: unit.endMs }]
      : readBlocks(unit.at(0)).map(({ bytes, offsetMs }) => ({ bytes, atMs: unit.startMs + offsetMs })),
  );
  const whole = rung === 1 || media.container === 'mp4' ? cuts : toSlices(cuts);
  /** Shows that were begun at different times are in different rounds; each is made once for all that are in it. */
  const kept = new Map<number, { pieces: readonly Piece[]; usedMs: number }>();

  const make = (nth: number): readonly Piece[] => {
    const bytes = Buffer.concat(units.map((unit) => unit.at(nth * roundMs)));
    let at = 0;
    return whole.map((cut) => ({ bytes: bytes.subarray(at, (at += cut.bytes)), atMs: cut.atMs + nth * roundMs }));
  };

  return {
    media,
    init,
    roundMs,
    round: (nth) => {
      const nowMs = performance.now();
      const known = kept.get(nth);
      if (known) {
        known.usedMs = nowMs;
        return known.pieces;
      }
      for (const [other, { usedMs }] of kept) if (nowMs - usedMs > UNUSED_MS) kept.delete(other);
      const pieces = make(nth);
      kept.set(nth, { pieces, usedMs: nowMs });
      return pieces;
    },
  };
};

type Cut = { bytes: number; atMs: number };

/** A recorder gives all that it has at the end of each slice of time. */
const toSlices = (cuts: readonly Cut[]): Cut[] => {
  const slices: Cut[] = [];
  for (const { bytes, atMs } of cuts) {
    const endMs = Math.ceil((atMs + 1) / TIMESLICE_MS) * TIMESLICE_MS;
    const last = slices.at(-1);
    if (last !== undefined && last.atMs >= endMs) last.bytes += bytes;
    else slices.push({ bytes, atMs: endMs });
  }
  return slices;
};

const CLUSTER_HEAD_BYTES = 18;
const SIMPLE_BLOCK = 0xa3;

/** Lengths and times of a cluster's blocks, as `readMatroska` writes one; its head goes with the first of them. */
const readBlocks = (cluster: Buffer): { bytes: number; offsetMs: number }[] => {
  const blocks: { bytes: number; offsetMs: number }[] = [];
  let latestMs = 0;
  for (let at = CLUSTER_HEAD_BYTES; at < cluster.length;) {
    const sizeBytes = Math.clz32(cluster.readUInt8(at + 1)) - 23;
    let size = cluster.readUInt8(at + 1) & (0xff >> sizeBytes);
    for (let next = 1; next < sizeBytes; next += 1) size = size * 256 + cluster.readUInt8(at + 1 + next);
    const body = at + 1 + sizeBytes;
    // A group, which FFmpeg writes for the very last sound, comes with the block before it.
    if (cluster[at] === SIMPLE_BLOCK) latestMs = Math.max(latestMs, cluster.readInt16BE(body + 1));
    const head = blocks.length === 0 ? CLUSTER_HEAD_BYTES : 0;
    blocks.push({ bytes: head + body + size - at, offsetMs: latestMs });
    at = body + size;
  }
  return blocks;
};
