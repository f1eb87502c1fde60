import { spawn } from 'node:child_process';
import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { createContainerReader } from '../../../ingest-worker/media/container-reader.ts';
import { type MediaFacts, pipelineOf } from '../../../ingest-worker/media/container.ts';
import { ENCODER_AHEAD_MS, ffmpegArgs, OUTPUT_OFFSET_MS } from '../../../ingest-worker/media/ffmpeg-args.ts';
import { createFlvReader } from '../../../ingest-worker/media/flv-reader.ts';

export type ReferenceFrame = { kind: 'video' | 'audio'; key: boolean; atMs: number; crc: number };

export type Reference = {
  frames: ReferenceFrame[];
  pipeline: 'copy' | 'copy-video' | 'transcode';
  /** When each recorded picture is to be published. */
  pictures: ReadonlySet<number>;
};

/** What a recording comes to when nothing is done to it: the worker's own encoder, on all of it, at one go. */
export const encodeUndisturbed = async (recording: Buffer): Promise<Reference> => {
  const facts = readFacts(recording);
  // A show that was refused at once may have sent less than its init.
  if (!facts) return { frames: [], pipeline: 'copy', pictures: new Set() };
  const pipeline = pipelineOf(facts);
  const frames: ReferenceFrame[] = [];
  const reader = createFlvReader(({ kind, header, key, timestampMs, body }) => {
    if (kind !== 'script' && !header) frames.push({ kind, key, atMs: timestampMs, crc: crc32(body) });
  }, ENCODER_AHEAD_MS);
  const args = ffmpegArgs({ facts, pipeline, sound: facts.audio !== undefined });
  for await (const bytes of run('ffmpeg', args, recording)) reader.push(bytes);
  const video = frames.filter(({ kind }) => kind === 'video').map(({ atMs }) => atMs);
  const pictures = pipeline === 'transcode' ? toSlots(await readPictures(recording, facts.container), video) : video;
  return { frames, pipeline, pictures: new Set(pictures) };
};

async function* run(command: string, args: string[], input: Buffer): AsyncGenerator<Buffer> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'ignore', 'pipe'] });
  const { stdin, stdout } = child;
  if (stdin === null || stdout === null) throw new Error('spawned without pipes');
  const progress = child.stdio[3];
  if (progress instanceof Readable) progress.resume();
  stdin.on('error', () => undefined);
  stdin.end(input);
  for await (const bytes of stdout) if (Buffer.isBuffer(bytes)) yield bytes;
}

/** Times of the recorded pictures, in ms. */
const readPictures = async (recording: Buffer, container: string): Promise<number[]> => {
  const args = ['-v', 'error', '-f', container, '-select_streams', 'v:0', '-show_entries', 'packet=pts_time'];
  const parts: Buffer[] = [];
  for await (const bytes of run('ffprobe', [...args, '-of', 'csv=p=0', 'pipe:0'], recording)) parts.push(bytes);
  return Buffer.concat(parts)
    .toString()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => Number(line) * 1_000);
};

/** The published time nearest to each picture. */
const toSlots = (pictures: readonly number[], published: readonly number[]): number[] =>
  pictures.map((ms) => {
    const wanted = ms + OUTPUT_OFFSET_MS;
    return published.find((atMs) => Math.abs(atMs - wanted) <= 1) ?? Math.round(wanted);
  });

const readFacts = (recording: Buffer): MediaFacts | undefined => {
  for (const event of createContainerReader().push(recording)) {
    if (event.type === 'init') return event.facts;
    if (event.type === 'refused') throw new Error(event.detail);
  }
  return undefined;
};
