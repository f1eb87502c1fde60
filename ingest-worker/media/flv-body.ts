import type { MediaFacts } from './container.ts';
import { HEAD_BYTES } from './samples.ts';

/** Bodies of FLV tags for H.264 and AAC (Adobe Flash Video File Format 10.1, annex E). */
const AVC = 7;
const AAC = 10;
const KEY_FRAME = 0x10;
const INTER_FRAME = 0x20;
/** AAC is said to be 44.1 kHz, 16 bit and stereo, whatever it is: its own set-up says the truth. */
const AAC_SOUND = (AAC << 4) | 0x0f;
const SET_UP = 0;
const MEDIA = 1;
const SAMPLE_BITS = 16;

const NUMBER = 0;
const BOOLEAN = 1;
const STRING = 2;
const ECMA_ARRAY = 8;
const END = Buffer.of(0, 0, 9);

/** @param body a picture's bytes, after room for its head (`HEAD_BYTES`) */
export const headPicture = (body: Buffer, isKey: boolean): Buffer => {
  body[0] = (isKey ? KEY_FRAME : INTER_FRAME) | AVC;
  body[1] = MEDIA;
  // Shown when it is decoded.
  body.fill(0, 2, HEAD_BYTES.video);
  return body;
};

/** @param body a frame of sound, after room for its head (`HEAD_BYTES`) */
export const headSound = (body: Buffer): Buffer => {
  body[0] = AAC_SOUND;
  body[1] = MEDIA;
  return body;
};

export const pictureSetUpBody = (avcC: Buffer): Buffer =>
  Buffer.concat([Buffer.of(KEY_FRAME | AVC, SET_UP, 0, 0, 0), avcC]);

export const soundSetUpBody = (specificConfig: Buffer): Buffer =>
  Buffer.concat([Buffer.of(AAC_SOUND, SET_UP), specificConfig]);

/** `onMetaData`: what is known before the first frame. Rates are not: 0, as FFmpeg says it. */
export const metadataBody = (
  { width, height }: MediaFacts['video'],
  audio: { sampleRate: number; channels: number } | undefined,
): Buffer => {
  const entries: [string, number | boolean | string][] = [
    ['width', width],
    ['height', height],
    ['videodatarate', 0],
    ['videocodecid', AVC],
  ];
  if (audio)
    entries.push(
      ['audiodatarate', 0],
      ['audiosamplerate', audio.sampleRate],
      ['audiosamplesize', SAMPLE_BITS],
      ['stereo', audio.channels === 2],
      ['audiocodecid', AAC],
    );
  entries.push(['encoder', 'Vybzz']);
  const count = Buffer.alloc(4);
  count.writeUInt32BE(entries.length);
  return Buffer.concat([
    Buffer.of(STRING),
    toName('onMetaData'),
    Buffer.of(ECMA_ARRAY),
    count,
    ...entries.flatMap(([name, value]) => [toName(name), toValue(value)]),
    END,
  ]);
};

const toName = (text: string): Buffer => Buffer.concat([Buffer.of(0, text.length), Buffer.from(text, 'latin1')]);

const toValue = (value: number | boolean | string): Buffer => {
  if (typeof value === 'boolean') return Buffer.of(BOOLEAN, value ? 1 : 0);
  if (typeof value === 'string') return Buffer.concat([Buffer.of(STRING), toName(value)]);
  const bytes = Buffer.alloc(9);
  bytes[0] = NUMBER;
  bytes.writeDoubleBE(value, 1);
  return bytes;
};
