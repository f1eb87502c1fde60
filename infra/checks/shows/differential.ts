import * as fc from 'fast-check';
import { spawn } from 'node:child_process';
import * as z from 'zod/mini';
import { createContainerReader } from '../../../ingest-worker/media/container-reader.ts';
import type { MediaFacts } from '../../../ingest-worker/media/container.ts';
import { mutated, type Corpus } from './mutate.ts';
import { matroskaCorpus, mp4Corpus } from './corpus.ts';

/** What FFmpeg finds in the same bytes, told what they are as an encoder is. */
const Probed = z.object({
  streams: z.optional(
    z.array(
      z.object({
        codec_type: z.optional(z.string()),
        codec_name: z.optional(z.string()),
        width: z.optional(z.number()),
        height: z.optional(z.number()),
        /** Of H.264 whose set-up stands in the container. */
        is_avc: z.optional(z.string()),
      }),
    ),
  ),
});
type Size = { width: number; height: number };
type Stream = NonNullable<z.infer<typeof Probed>['streams']>[number];

export type Compared = { ours: 'accepts' | 'refuses' | 'waits'; theirs: 'accepts' | 'refuses'; differs?: string };

const INPUT_BYTES = 24 * 1024;
const FORMATS = { matroska: 'matroska', mp4: 'mov' } as const;
type Container = keyof typeof FORMATS;

/** Most of what two readers can differ in lies before the media. */
const headOf = (entry: Corpus[number]): Corpus[number] => {
  const isWithin = ({ at, bytes }: { at: number; bytes: number }) => at + bytes <= INPUT_BYTES;
  const bytes = entry.bytes.subarray(0, INPUT_BYTES);
  const elements = entry.elements.filter(({ from }) => from < INPUT_BYTES);
  const lengths = entry.lengths.filter(isWithin);
  return { ...entry, bytes, elements, lengths };
};

const headsOf = ([first, ...rest]: Corpus): Corpus => [headOf(first), ...rest.map(headOf)];

const INPUTS: Record<Container, fc.Arbitrary<Buffer>> = {
  matroska: mutated(headsOf(matroskaCorpus())),
  mp4: mutated(headsOf(mp4Corpus())),
};

/** The same input whenever its number is. */
export const inputOf = (container: Container, run: number): Buffer => {
  const [input] = fc.sample(INPUTS[container], { seed: run, numRuns: 1 });
  if (input === undefined) throw new Error('nothing was made');
  return input;
};

/** Our reader and FFmpeg, over the same bytes: where both accept, they must agree. */
export const compare = async (container: Container, bytes: Buffer): Promise<Compared> => {
  const events = createContainerReader().push(bytes);
  const first = events.find(({ type }) => type !== 'rewrite');
  const isRefused = events.some(({ type }) => type === 'refused');
  const ours = isRefused ? 'refuses' : first?.type === 'init' ? 'accepts' : 'waits';
  if (ours !== 'accepts' || first?.type !== 'init') return { ours, theirs: 'refuses' };
  const streams = await probe(container, bytes);
  if (streams.length === 0) return { ours, theirs: 'refuses' };
  const larger = events.findLast((event) => event.type === 'larger');
  const differs = difference(first.facts, larger ?? first.facts.video, streams);
  return { ours, theirs: 'accepts', ...(differs !== undefined && { differs }) };
};

/** @param most the largest picture that we have said to come */
const difference = ({ video, audio }: MediaFacts, most: Size, streams: readonly Stream[]): string | undefined => {
  const of = (kind: string) => streams.filter(({ codec_type }) => codec_type === kind);
  const [pictures, sounds] = [of('video'), of('audio')];
  if (pictures.length !== 1) return `${pictures.length} pictures for 1`;
  if (sounds.length !== (audio ? 1 : 0)) return `${sounds.length} sounds for ${audio ? 1 : 0}`;
  const [picture] = pictures;
  const [sound] = sounds;
  if (picture?.codec_name !== video.codec) return `${picture?.codec_name} for ${video.codec}`;
  if (audio && sound?.codec_name !== audio.codec) return `${sound?.codec_name} for ${audio.codec}`;
  const { width = 0, height = 0 } = picture;
  // Pictures that bring their own set-up may be smaller than the container says, and become larger only where we have said so.
  const isBroken =
    picture.is_avc === 'true'
      ? width !== video.width || height !== video.height
      : width > most.width || height > most.height;
  if (width > 0 && isBroken) return `${width}×${height} for ${video.width}×${video.height}`;
  return undefined;
};

const probe = async (container: Container, bytes: Buffer): Promise<readonly Stream[]> => {
  const args = ['-v', 'quiet', '-protocol_whitelist', 'pipe', '-probesize', '32k', '-analyzeduration', '0'];
  const shown = ['-show_entries', 'stream=codec_type,codec_name,width,height,is_avc', '-of', 'json', 'pipe:0'];
  const child = spawn('ffprobe', [...args, '-f', FORMATS[container], ...shown], { stdio: ['pipe', 'pipe', 'ignore'] });
  child.stdin.on('error', () => undefined);
  child.stdin.end(bytes);
  let text = '';
  for await (const part of child.stdout) text += String(part);
  try {
    return Probed.parse(JSON.parse(text)).streams ?? [];
  } catch {
    return [];
  }
};
