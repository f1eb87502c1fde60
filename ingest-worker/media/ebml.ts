import { LIMITS } from '../limits.ts';
import { createSizeWatch, type SizeWatch } from './coded-size.ts';
import { type MediaFacts, Unreadable } from './container.ts';
import { pictureFacts, type Shown, turnedOrientation } from './picture-facts.ts';
import type { PictureSize } from './picture-size.ts';

/** The elements of Matroska (RFC 9559) that we know by name. */
export const ID = {
  ebml: 0x1a45dfa3,
  docType: 0x4282,
  readVersion: 0x42f7,
  maxIdBytes: 0x42f2,
  maxSizeBytes: 0x42f3,
  docTypeReadVersion: 0x4285,
  segment: 0x18538067,
  seekHead: 0x114d9b74,
  info: 0x1549a966,
  timestampScale: 0x2ad7b1,
  tracks: 0x1654ae6b,
  trackEntry: 0xae,
  trackNumber: 0xd7,
  trackType: 0x83,
  codecId: 0x86,
  contentEncodings: 0x6d80,
  trackTimestampScale: 0x23314f,
  codecPrivate: 0x63a2,
  video: 0xe0,
  pixelWidth: 0xb0,
  pixelHeight: 0xba,
  displayWidth: 0x54b0,
  displayHeight: 0x54ba,
  displayUnit: 0x54b2,
  projection: 0x7670,
  projectionType: 0x7671,
  poseYaw: 0x7673,
  poseRoll: 0x7675,
  audio: 0xe1,
  samplingFrequency: 0xb5,
  channels: 0x9f,
  cluster: 0x1f43b675,
  timestamp: 0xe7,
  simpleBlock: 0xa3,
  blockGroup: 0xa0,
  block: 0xa1,
  referenceBlock: 0xfb,
  cues: 0x1c53bb6b,
  tags: 0x1254c367,
  chapters: 0x1043a770,
  attachments: 0x1941a469,
} as const;

/** What a document may ask of its reader: FFmpeg takes none that asks for more. */
const MOST_OF_HEADER = [
  [ID.readVersion, 1],
  [ID.maxIdBytes, 4],
  [ID.maxSizeBytes, 8],
  [ID.docTypeReadVersion, 3],
] as const;

export type TrackNumbers = { video: number; audio: number | undefined };

const MAX_ID_BYTES = 4;
const MAX_SIZE_BYTES = 8;
const DEFAULT_TIMESTAMP_SCALE = 1_000_000;
/** Between a tenth of a microsecond and a second. */
const TIMESTAMP_SCALES = { from: 100, to: 1_000_000_000 };
const VIDEO_TRACK = 1;
const AUDIO_TRACK = 2;
const VIDEO_CODECS: Record<string, MediaFacts['video']['codec']> = {
  'V_MPEG4/ISO/AVC': 'h264',
  V_VP8: 'vp8',
  V_VP9: 'vp9',
};
const AUDIO_CODECS: Record<string, NonNullable<MediaFacts['audio']>['codec']> = { A_AAC: 'aac', A_OPUS: 'opus' };

/** A variable-length number; `value` undefined is the reserved "unknown"; undefined where there are not enough bytes. */
export const readVint = (
  bytes: Buffer,
  at: number,
  maxBytes = MAX_SIZE_BYTES,
): { value: number | undefined; bytes: number } | undefined => {
  const first = bytes[at];
  if (first === undefined) return undefined;
  const length = Math.clz32(first) - 23;
  if (length > maxBytes) throw new Unreadable('a number longer than EBML allows');
  if (bytes.byteLength < at + length) return undefined;
  let value = first & (0xff >> length);
  let unknown = value === 0xff >> length;
  for (let i = 1; i < length; i++) {
    const byte = bytes[at + i] ?? 0;
    unknown &&= byte === 0xff;
    value = value * 256 + byte;
  }
  return { value: unknown ? undefined : value, bytes: length };
};

export type Element = { id: number; size: number | undefined; headerBytes: number };

/** The id and size at the start of `bytes`, or how many bytes it takes to know them. */
export const readElement = (bytes: Buffer): Element | { needs: number } => {
  const first = bytes[0] ?? 0;
  const idBytes = Math.clz32(first) - 23;
  if (idBytes > MAX_ID_BYTES) throw new Unreadable('an element id longer than EBML allows');
  if (bytes.byteLength < idBytes + 1) return { needs: idBytes + 1 };
  const size = readVint(bytes, idBytes);
  if (!size) return { needs: bytes.byteLength + 1 };
  return { id: bytes.readUIntBE(0, idBytes), size: size.value, headerBytes: idBytes + size.bytes };
};

/** The content of an EBML header; throws on a document that is not Matroska or WebM. */
export const parseDocType = (content: Buffer): void => {
  const name = once(children(content), ID.docType)?.toString('latin1').replace(/\0+$/, '');
  if (name !== 'webm' && name !== 'matroska') throw new Unreadable('the document is neither Matroska nor WebM');
  for (const [id, most] of MOST_OF_HEADER)
    if ((number(children(content), id) ?? 0) > most) throw new Unreadable('a document for readers newer than this one');
};

/** Nanoseconds in a tick of the content's clock. */
export const parseTimestampScale = (content: Buffer): number => {
  const scale = number(children(content), ID.timestampScale) ?? DEFAULT_TIMESTAMP_SCALE;
  if (scale < TIMESTAMP_SCALES.from || scale > TIMESTAMP_SCALES.to) throw new Unreadable('an impossible clock');
  return scale;
};

/** What the list of tracks says, where it is one picture and at most one sound, in codecs that we take. */
export const parseTracks = (content: Buffer): { facts: MediaFacts; numbers: TrackNumbers; sizes: SizeWatch } => {
  const facts: Partial<MediaFacts> = {};
  let setUp: Buffer | undefined;
  const numbers: Partial<TrackNumbers> = {};
  for (const { id, content: entry } of children(content)) {
    if (id !== ID.trackEntry) continue;
    const fields = children(entry);
    checkInside(fields);
    const type = number(fields, ID.trackType);
    const codec = once(fields, ID.codecId)?.toString('latin1').replace(/\0+$/, '') ?? '';
    if (fields.some((field) => field.id === ID.contentEncodings))
      throw new Unreadable('compressed or encrypted tracks are not taken');
    // Some writers say that it has none.
    if (once(fields, ID.trackTimestampScale) && float(fields, ID.trackTimestampScale) !== 1)
      throw new Unreadable('a track with a clock of its own');
    if (type === VIDEO_TRACK) {
      if (facts.video) throw new Unreadable('more than one picture');
      facts.video = parseVideo(codec, fields);
      setUp = once(fields, ID.codecPrivate);
      numbers.video = trackNumber(fields);
    }
    if (type === AUDIO_TRACK) {
      if (facts.audio) throw new Unreadable('more than one sound');
      facts.audio = parseAudio(codec, fields);
      numbers.audio = trackNumber(fields);
    }
  }
  const { video, audio } = facts;
  if (!video || numbers.video === undefined) throw new Unreadable('a recording without a picture');
  if (numbers.video === numbers.audio) throw new Unreadable('two tracks of one number');
  return {
    facts: { container: 'matroska', video, ...(audio && { audio }) },
    numbers: { video: numbers.video, audio: numbers.audio },
    sizes: createSizeWatch(video, setUp),
  };
};

const parseVideo = (codec: string, fields: Child[]): MediaFacts['video'] => {
  const known = VIDEO_CODECS[codec];
  if (!known) throw new Unreadable(`video codec ${printable(codec)} is not taken`);
  const settings = children(once(fields, ID.video) ?? Buffer.alloc(0));
  const size = { width: number(settings, ID.pixelWidth) ?? 0, height: number(settings, ID.pixelHeight) ?? 0 };
  return pictureFacts(known, size, { setUp: once(fields, ID.codecPrivate), ...parseShown(settings, size) });
};

/** An aspect in a unit of its own says nothing of pixels. */
const UNKNOWN_UNIT = 4;
const RECTANGULAR = 0;

const parseShown = (settings: Child[], { width, height }: PictureSize): Shown => {
  const said = [ID.displayWidth, ID.displayHeight].map((id) => number(settings, id));
  const [across = width, down = height] = said;
  const isShape = said.some((side) => side !== undefined) && across > 0 && down > 0;
  const unit = number(settings, ID.displayUnit) ?? 0;
  const projection = children(once(settings, ID.projection) ?? Buffer.alloc(0));
  const isFlat = (number(projection, ID.projectionType) ?? RECTANGULAR) === RECTANGULAR;
  // The roll is against the clock; a picture that looks the other way is seen from behind.
  const [roll, yaw] = [float(projection, ID.poseRoll), float(projection, ID.poseYaw)];
  return {
    ...(isShape && unit < UNKNOWN_UNIT && { pixelAspect: (across * height) / (down * width) }),
    ...(isFlat && { orientation: turnedOrientation(-roll, Math.abs(yaw) === 180) }),
  };
};

const parseAudio = (codec: string, fields: Child[]): NonNullable<MediaFacts['audio']> => {
  const known = AUDIO_CODECS[codec] ?? (codec.startsWith('A_AAC/') ? 'aac' : undefined);
  if (!known) throw new Unreadable(`audio codec ${printable(codec)} is not taken`);
  const settings = children(once(fields, ID.audio) ?? Buffer.alloc(0));
  const sampleRate = float(settings, ID.samplingFrequency, 8_000);
  return { codec: known, sampleRate, channels: number(settings, ID.channels) ?? 1 };
};

/** A codec's name as a stranger wrote it, fit for a close reason and a log. */
export const printable = (name: string): string => name.replace(/[^\w./-]/g, '?').slice(0, 24);

type Child = { id: number; content: Buffer };

/** The children of a master that is here as a whole. */
const children = (content: Buffer): Child[] => {
  const found: Child[] = [];
  for (let at = 0; at < content.byteLength;) {
    const element = readElement(content.subarray(at));
    if ('needs' in element || element.size === undefined) throw new Unreadable('an element is cut short');
    const from = at + element.headerBytes;
    const to = from + element.size;
    if (to > content.byteLength) throw new Unreadable('an element reaches beyond its parent');
    found.push({ id: element.id, content: content.subarray(from, to) });
    if (found.length > LIMITS.containerChildren) throw new Unreadable('too many elements');
    at = to;
  }
  return found;
};

/** What FFmpeg looks into, of what a track may hold, and we have no use for. */
const MASTERS = new Set<number>([
  ID.video,
  ID.audio,
  0x55b0, // Colour
  0x55d0, // MasteringMetadata
  0x7670, // Projection
  0xe2, // TrackOperation
  0x41e4, // BlockAdditionMapping
  0x6624, // TrackTranslate
]);
/** Colour and mastering metadata in the picture of a track. */
const DEEPEST = 3;

/** Refuses what is broken inside of what we have no use for: FFmpeg begins to read such a file again, elsewhere. */
const checkInside = (fields: Child[], depth = 1): void => {
  for (const { id, content } of fields) {
    if (!MASTERS.has(id)) continue;
    if (depth > DEEPEST) throw new Unreadable('elements in elements in elements');
    checkInside(children(content), depth + 1);
  }
};

/** Of two, one reader takes the first and another the last. */
const once = (fields: Child[], id: number): Buffer | undefined => {
  const [field, second] = fields.filter((one) => one.id === id);
  if (second) throw new Unreadable(`element ${id.toString(16)} stands twice`);
  return field?.content;
};

const trackNumber = (fields: Child[]): number => {
  const found = number(fields, ID.trackNumber) ?? 0;
  if (found === 0) throw new Unreadable('a track without a number');
  return found;
};

const float = (fields: Child[], id: number, otherwise = 0): number => {
  const content = once(fields, id);
  if (content?.byteLength === 4) return content.readFloatBE();
  return content?.byteLength === 8 ? content.readDoubleBE() : otherwise;
};

const number = (fields: Child[], id: number): number | undefined => {
  const content = once(fields, id);
  if (!content) return undefined;
  if (content.byteLength > 6) throw new Unreadable('a number too large');
  return content.byteLength === 0 ? 0 : content.readUIntBE(0, content.byteLength);
};
