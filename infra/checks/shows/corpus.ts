import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as z from 'zod/mini';
import type { CorpusEntry, Corpus } from './mutate.ts';

const HEAD_BYTES = 60_000;

const fixture = (name: string): Buffer =>
  readFileSync(fileURLToPath(new URL(`../../../ingest-worker/fixtures/${name}`, import.meta.url)));

export const matroskaCorpus = (): Corpus => [
  toMatroska(fixture('h264-aac.mkv')),
  toMatroska(fixture('vp8-opus.webm')),
  toMatroska(fixture('h264-opus.mkv')),
  toMatroska(fixture('firefox-vp8-opus.webm')),
];

export const mp4Corpus = (): Corpus => [toMp4(fixture('h264-aac.mp4')), toMp4(fixture('h264-opus.mp4'))];

const Servers = z.record(z.string(), z.string());

export const rtmpCorpus = (): Corpus => {
  const [first, ...rest] = Object.values(Servers.parse(JSON.parse(fixture('rtmp-servers.json').toString()))).map(
    (base64) => toRtmp(Buffer.from(base64, 'base64')),
  );
  if (first === undefined) throw new Error('no server has been recorded');
  return [first, ...rest];
};

/** Segment, Info, Tracks, TrackEntry, Video, Audio, Cluster, BlockGroup: elements that hold elements. */
const MASTERS = new Set([0x18538067, 0x1549a966, 0x1654ae6b, 0xae, 0xe0, 0xe1, 0x1f43b675, 0xa0]);

const toMatroska = (whole: Buffer): CorpusEntry => {
  const bytes = whole.subarray(0, HEAD_BYTES);
  const lengths: { at: number; bytes: number }[] = [];
  const elements: { from: number; to: number }[] = [];
  const vintBytes = (at: number): number => Math.clz32(bytes[at] ?? 0) - 23;
  for (let at = 0; at < bytes.length - 12;) {
    const idBytes = vintBytes(at);
    const sizeBytes = vintBytes(at + idBytes);
    const body = at + idBytes + sizeBytes;
    const masked = BigInt(`0x${bytes.toString('hex', at + idBytes, body)}`) & ((1n << BigInt(7 * sizeBytes)) - 1n);
    const to = Math.min(bytes.length, body + Number(masked));
    lengths.push({ at: at + idBytes, bytes: sizeBytes });
    elements.push({ from: at, to });
    at = MASTERS.has(bytes.readUIntBE(at, idBytes)) ? body : to;
  }
  return { bytes, lengths, elements };
};

const BOXES = new Set(['moov', 'trak', 'mdia', 'minf', 'stbl', 'mvex', 'moof', 'traf', 'edts']);
/** Boxes whose content begins with counts, and so with lengths of a kind. */
const TABLES = new Set(['stsd', 'trun', 'elst', 'tfhd', 'tfdt', 'trex', 'mdhd', 'mvhd']);

const toMp4 = (whole: Buffer): CorpusEntry => {
  const bytes = whole.subarray(0, HEAD_BYTES);
  const lengths: { at: number; bytes: number }[] = [];
  const elements: { from: number; to: number }[] = [];
  for (let at = 0; at + 16 < bytes.length;) {
    const to = at + bytes.readUInt32BE(at);
    const type = bytes.toString('latin1', at + 4, at + 8);
    lengths.push({ at, bytes: 4 });
    elements.push({ from: at, to: Math.min(to, bytes.length) });
    if (TABLES.has(type))
      for (let field = at + 8; field < Math.min(to, at + 28); field += 4) lengths.push({ at: field, bytes: 4 });
    at = BOXES.has(type) ? at + 8 : to;
  }
  const mend = (mutated: Buffer, at: number, grown: number): void => {
    for (const { from, to } of elements)
      if (from < at && at < to && from + 4 <= mutated.length)
        mutated.writeUInt32BE(Math.max(0, mutated.readUInt32BE(from) + grown) % 2 ** 32, from);
  };
  return { bytes, lengths, elements, mend };
};

const HANDSHAKE_BYTES = 1 + 2 * 1_536;
const FULL_HEADER_BYTES = 12;

/** Servers say little, in messages with a full header each and mostly in one chunk: looked for as such. */
const toRtmp = (bytes: Buffer): CorpusEntry => {
  const lengths: { at: number; bytes: number }[] = [];
  const elements: { from: number; to: number }[] = [];
  let chunkBytes = 128;
  for (let at = HANDSHAKE_BYTES; at + FULL_HEADER_BYTES <= bytes.length;) {
    const [size, type] = [bytes.readUIntBE(at + 4, 3), bytes[at + 7]];
    const body = at + FULL_HEADER_BYTES;
    const to = Math.min(bytes.length, body + size + Math.max(0, Math.ceil(size / chunkBytes) - 1));
    lengths.push({ at: at + 1, bytes: 3 }, { at: at + 4, bytes: 3 }, { at: body, bytes: Math.min(4, size) });
    // Every text in a command is written after its length.
    for (let inner = body; inner + 3 < to; inner += 1)
      if (bytes[inner] === 2 && bytes.readUInt16BE(inner + 1) < to - inner) lengths.push({ at: inner + 1, bytes: 2 });
    elements.push({ from: at, to });
    if (type === 1) chunkBytes = bytes.readUInt32BE(body);
    at = to;
  }
  return { bytes, lengths, elements };
};
