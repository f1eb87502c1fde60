import { scanInPieces, type Found, type Scanner, type Take } from './pieces.ts';

const EBML = 0x1a45dfa3;
const SEGMENT = 0x18538067;
const TRACKS = 0x1654ae6b;
const TRACK_ENTRY = 0xae;
const TRACK_NUMBER = 0xd7;
const TRACK_TYPE = 0x83;
const CLUSTER = 0x1f43b675;
const SIMPLE_BLOCK = 0xa3;

/** Their children are read one by one; where these elements end does not matter, because no id occurs on two levels. */
const ENTERED = new Set([SEGMENT, TRACKS, TRACK_ENTRY, CLUSTER]);
const NUMBERS = new Set([TRACK_NUMBER, TRACK_TYPE]);

const VIDEO = 1;
const KEY_FLAG = 0x80;
/** A block's flags stand behind its track number and its relative time of 2 bytes. */
const FLAGS_AT = 2;
const NUMBER_BYTES = 8;
/** Track number (1–8 bytes), relative time (2), flags (1). */
const BLOCK_HEAD_BYTES = 11;

type Element = { id: number; size: number; headBytes: number };

/** Length of a variable-size integer by its first byte (RFC 8794 §4); 0 where there is none so short. */
const vintBytes = (first: number) => (first === 0 ? 0 : Math.clz32(first) - 23);

const readVint = (bytes: Uint8Array, at: number, keepMarker: boolean): { value: number; bytes: number } | undefined => {
  const first = bytes[at];
  if (first === undefined) return undefined;
  const length = vintBytes(first);
  if (length === 0) throw new Error('not Matroska: an integer of more than 8 bytes');
  if (at + length > bytes.byteLength) return undefined;
  let value = keepMarker ? first : first & (0xff >> length);
  let ones = !keepMarker && value === 0xff >> length;
  for (let i = 1; i < length; i++) {
    const byte = bytes[at + i] ?? 0;
    ones &&= byte === 0xff;
    value = value * 256 + byte;
  }
  return { value: ones ? Infinity : value, bytes: length };
};

const readElement = (bytes: Uint8Array, at: number): Element | undefined => {
  const id = readVint(bytes, at, true);
  const size = id && readVint(bytes, at + id.bytes, false);
  return size && { id: id.value, size: size.value, headBytes: id.bytes + size.bytes };
};

const readNumber = (bytes: Uint8Array, at: number, size: number) => {
  let value = 0;
  for (let i = 0; i < size; i++) value = value * 256 + (bytes[at + i] ?? 0);
  return value;
};

/**
 * Init and key-frame boundaries of Matroska and WebM, unknown-size clusters included. A boundary is the start of a cluster
 * whose first video block is a key frame: audio blocks may stand before that block, and by far not every cluster of a
 * browser's recorder has one. Block groups are passed over, for no browser writes video into them.
 */
export const createMatroskaScanner = (): Scanner => {
  let sawInit = false;
  let started = false;
  let entryNumber = 0;
  let videoTrack: number | undefined;
  let clusterOffset = 0;
  let clusterAwaitsVideo = false;

  const onNumber = (id: number, value: number) => {
    if (id === TRACK_NUMBER) entryNumber = value;
    else if (id === TRACK_TYPE && value === VIDEO) videoTrack = entryNumber;
  };

  const onBlock = (bytes: Uint8Array, at: number, found: Found[]) => {
    const track = readVint(bytes, at, false);
    if (!track || track.value !== videoTrack || !clusterAwaitsVideo) return;
    clusterAwaitsVideo = false;
    const flags = bytes[at + track.bytes + FLAGS_AT] ?? 0;
    if (flags & KEY_FLAG) found.push({ type: 'boundary', offset: clusterOffset });
  };

  const onCluster = (offset: number, found: Found[]) => {
    if (!sawInit) found.push({ type: 'init', bytes: offset });
    sawInit = true;
    clusterOffset = offset;
    clusterAwaitsVideo = true;
  };

  const take: Take = (bytes, at, offset, found) => {
    const element = readElement(bytes, at);
    if (!element) return undefined;
    const { id, size, headBytes } = element;
    const bodyAt = at + headBytes;
    if (!started && id !== EBML) throw new Error('not Matroska: no EBML header');
    started = true;
    if (ENTERED.has(id)) {
      if (id === CLUSTER) onCluster(offset, found);
      return bodyAt;
    }
    if (size === Infinity) throw new Error(`not Matroska: element ${id.toString(16)} without a size`);
    if (NUMBERS.has(id) && size <= NUMBER_BYTES) {
      if (bodyAt + size > bytes.byteLength) return undefined;
      onNumber(id, readNumber(bytes, bodyAt, size));
    } else if (id === SIMPLE_BLOCK) {
      if (bodyAt + Math.min(size, BLOCK_HEAD_BYTES) > bytes.byteLength) return undefined;
      onBlock(bytes, bodyAt, found);
    }
    return bodyAt + size;
  };

  return scanInPieces(take);
};
