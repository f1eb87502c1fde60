import { scanInPieces, type Found, type Scanner, type Take } from './pieces.ts';

/** A `moov` or `moof` beyond this is none that a recorder writes. */
const BUFFERED_BOX_BYTES = 4 * 1024 * 1024;
const NON_SYNC_SAMPLE = 0x10000;

type Box = { type: string; at: number; end: number };

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const typeAt = (bytes: Uint8Array, at: number) => String.fromCharCode(...bytes.subarray(at, at + 4));

/** Head of the box at `at` (ISO 14496-12 §4.2); undefined where it is not there in full. */
const readHead = (bytes: Uint8Array, at: number): { type: string; size: number; headBytes: number } | undefined => {
  if (at + 8 > bytes.byteLength) return undefined;
  const view = viewOf(bytes);
  const size = view.getUint32(at);
  if (size !== 1) return { type: typeAt(bytes, at + 4), size: size === 0 ? Infinity : size, headBytes: 8 };
  if (at + 16 > bytes.byteLength) return undefined;
  return { type: typeAt(bytes, at + 4), size: Number(view.getBigUint64(at + 8)), headBytes: 16 };
};

function* boxesIn(bytes: Uint8Array, from: number, to: number): Generator<Box> {
  for (let at = from; at < to;) {
    const head = readHead(bytes, at);
    if (!head || head.size < head.headBytes) return;
    const end = Math.min(to, at + head.size);
    yield { type: head.type, at: at + head.headBytes, end };
    at = end;
  }
}

const child = (bytes: Uint8Array, parent: Box, ...path: string[]): Box | undefined => {
  let box: Box | undefined = parent;
  for (const type of path) box = box && [...boxesIn(bytes, box.at, box.end)].find((inner) => inner.type === type);
  return box;
};

/** Id of the video track that a `moov` declares. */
const videoTrackId = (bytes: Uint8Array, moov: Box): number | undefined => {
  const view = viewOf(bytes);
  for (const trak of boxesIn(bytes, moov.at, moov.end)) {
    const handler = child(bytes, trak, 'mdia', 'hdlr');
    const header = child(bytes, trak, 'tkhd');
    if (trak.type !== 'trak' || !handler || !header || typeAt(bytes, handler.at + 8) !== 'vide') continue;
    return view.getUint32(header.at + (view.getUint8(header.at) === 1 ? 20 : 12));
  }
  return undefined;
};

/** Flags of a fragment's first sample: its own, else the run's, else the fragment's (ISO 14496-12 §8.8.7 and §8.8.8). */
const firstSampleFlags = (view: DataView, tfhd: Box, trun: Box): number => {
  const run = view.getUint32(trun.at) & 0xffffff;
  let at = trun.at + 8 + (run & 0x1 ? 4 : 0);
  if (run & 0x4) return view.getUint32(at);
  if (run & 0x400) {
    at += (run & 0x100 ? 4 : 0) + (run & 0x200 ? 4 : 0);
    return view.getUint32(at);
  }
  const fragment = view.getUint32(tfhd.at) & 0xffffff;
  if (!(fragment & 0x20)) return 0;
  const before = [0x1, 0x2, 0x8, 0x10].filter((flag) => fragment & flag);
  return view.getUint32(tfhd.at + 8 + before.reduce((sum, flag) => sum + (flag === 0x1 ? 8 : 4), 0));
};

/** A `moof` whose first sample of the video track is a key frame. */
const opensWithKeyFrame = (bytes: Uint8Array, moof: Box, trackId: number): boolean => {
  const view = viewOf(bytes);
  for (const traf of boxesIn(bytes, moof.at, moof.end)) {
    const tfhd = child(bytes, traf, 'tfhd');
    const trun = child(bytes, traf, 'trun');
    if (traf.type !== 'traf' || !tfhd || !trun || view.getUint32(tfhd.at + 4) !== trackId) continue;
    return (firstSampleFlags(view, tfhd, trun) & NON_SYNC_SAMPLE) === 0;
  }
  return false;
};

/** Init and key-frame boundaries of fragmented MP4: a boundary is a `moof` whose first video sample is a key frame. */
export const createMp4Scanner = (): Scanner => {
  let sawInit = false;
  let started = false;
  let trackId: number | undefined;

  const onBox = (bytes: Uint8Array, box: Box, offset: number, found: Found[]) => {
    if (box.type === 'moov') trackId = videoTrackId(bytes, box);
    if (box.type !== 'moof') return;
    if (!sawInit) found.push({ type: 'init', bytes: offset });
    sawInit = true;
    if (trackId !== undefined && opensWithKeyFrame(bytes, box, trackId)) found.push({ type: 'boundary', offset });
  };

  const take: Take = (bytes, at, offset, found) => {
    const head = readHead(bytes, at);
    if (!head) return undefined;
    const { type, size, headBytes } = head;
    if (!started && type !== 'ftyp') throw new Error('not MP4: no ftyp box');
    started = true;
    if (size < headBytes || size === Infinity) throw new Error(`not fragmented MP4: box ${type} without a size`);
    if (type === 'moov' || type === 'moof') {
      if (size > BUFFERED_BOX_BYTES) throw new Error(`not fragmented MP4: ${type} of ${size} bytes`);
      if (at + size > bytes.byteLength) return undefined;
      onBox(bytes, { type, at: at + headBytes, end: at + size }, offset, found);
    }
    return at + size;
  };

  return scanInPieces(take);
};
