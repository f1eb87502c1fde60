import type { MediaFacts } from './container.ts';
import { OUTPUT_OFFSET_MS } from './ffmpeg-args.ts';
import { headPicture, headSound, metadataBody, pictureSetUpBody, soundSetUpBody } from './flv-body.ts';
import type { FlvTag } from './flv-tag.ts';
import { createInterleaver } from './interleaver.ts';
import { createMatroskaSamples } from './matroska-samples.ts';
import { createMp4Samples } from './mp4-samples.ts';
import { HEAD_BYTES, NotRepackaged, type Sample, type SampleReader, type SetUps } from './samples.ts';

/** From bytes of a container to tags in their order. */
export const createTagger = ({
  facts,
  sound,
  onTag,
}: {
  facts: MediaFacts;
  sound: boolean;
  onTag: (tag: FlvTag) => void;
}): SampleReader & { flush: () => void } => {
  const interleaver = createInterleaver({ sound, onTag });
  const last = { video: 0, audio: 0 };
  let started = false;

  const header = (kind: FlvTag['kind'], body: Buffer): void =>
    onTag({ kind, timestampMs: 0, key: false, header: true, body });

  const onSetUps = ({ video, audio }: SetUps): void => {
    if (!video || !isShownAsDecoded(video)) throw new NotRepackaged('pictures that may be shown in another order');
    if (sound && !audio) throw new NotRepackaged('sound that says nothing of itself');
    header('script', metadataBody(facts.video, sound && audio ? soundOf(audio) : undefined));
    header('video', pictureSetUpBody(video));
    if (sound && audio) header('audio', soundSetUpBody(audio));
  };

  const onSample = ({ kind, atMs, key, body }: Sample): void => {
    if (kind === 'audio' && !sound) return;
    if (kind === 'audio' && isAdts(body)) throw new NotRepackaged('sound with a header in each frame');
    // A decoder begins with a key frame; the sound before it is heard.
    if (kind === 'video' && !started && !key) return;
    if (kind === 'video') started = true;
    const timestampMs = Math.max(last[kind], atMs + OUTPUT_OFFSET_MS);
    last[kind] = timestampMs;
    interleaver.push(kind, {
      kind,
      timestampMs,
      key,
      header: false,
      body: kind === 'video' ? headPicture(body, key) : headSound(body),
    });
  };

  const reader = (facts.container === 'mp4' ? createMp4Samples : createMatroskaSamples)({ onSetUps, onSample });
  return { push: reader.push, flush: interleaver.flush };
};

const BASELINE = 66;
/** Main, extended and high may promise to have no pictures that lean on later ones (H.264, A.2). */
const PROMISING = [77, 88, 100];
const NO_REORDERING = 0x04;

/** Whether pictures are shown in the order in which they are decoded, whatever comes; else times of decoding have to be found. */
const isShownAsDecoded = (avcC: Buffer): boolean => {
  const [version, profile = 0, constraints = 0] = avcC;
  if (version !== 1) return false;
  return profile === BASELINE || (PROMISING.includes(profile) && (constraints & NO_REORDERING) !== 0);
};

/** No frame of AAC begins with these twelve bits, but for the header of a frame (ADTS), which a player of FLV takes for sound. */
const isAdts = (body: Buffer): boolean =>
  body.byteLength >= HEAD_BYTES.audio + 2 && (body.readUInt16BE(HEAD_BYTES.audio) & 0xfff0) === 0xfff0;

const SAMPLE_RATES = [
  96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350,
];

/** What AudioSpecificConfig says (ISO 14496-3, 1.6.2.1), in its short form. */
const soundOf = (config: Buffer): { sampleRate: number; channels: number } => {
  const bits = config.byteLength < 2 ? 0 : config.readUInt16BE(0);
  const [object, rate, channels] = [bits >> 11, (bits >> 7) & 0x0f, (bits >> 3) & 0x0f];
  const sampleRate = SAMPLE_RATES[rate];
  if (object === 0 || object === 31 || sampleRate === undefined || channels === 0)
    throw new NotRepackaged('sound that is set up in a way of its own');
  return { sampleRate, channels };
};
