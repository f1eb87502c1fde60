import { createByteFeed, type Taken } from './byte-feed.ts';
import type { FlvTag } from './flv-tag.ts';

const SIGNATURE = 'FLV';
const FILE_HEADER_BYTES = 9;
const TAG_HEADER_BYTES = 11;
const BACK_POINTER_BYTES = 4;
const KINDS: Record<number, FlvTag['kind']> = { 8: 'audio', 9: 'video', 18: 'script' };
const AVC = 7;
const AAC = 10;
const KEY_FRAME = 1;
const SET_UP = 0;
const END_OF_SEQUENCE = 2;

/**
 * Cuts FFmpeg's FLV output into tags. Throws on anything else: the only writer is a process of ours, so that is a fault.
 *
 * @param aheadMs its times are later by this much than they are to be
 */
export const createFlvReader = (onTag: (tag: FlvTag) => void, aheadMs = 0): { push: (bytes: Buffer) => void } => {
  const feed = createByteFeed();
  let opened = false;

  const take = (held: Buffer): Taken => {
    if (!opened) {
      if (held.byteLength < FILE_HEADER_BYTES) return { needs: FILE_HEADER_BYTES };
      if (held.toString('latin1', 0, 3) !== SIGNATURE) throw new Error('the encoder does not write FLV');
      opened = true;
      return { took: FILE_HEADER_BYTES, thenSkip: BACK_POINTER_BYTES };
    }
    if (held.byteLength < TAG_HEADER_BYTES) return { needs: TAG_HEADER_BYTES };
    const kind = KINDS[held.readUInt8(0)];
    if (!kind) throw new Error(`the encoder writes tags of type ${held.readUInt8(0)}`);
    const bytes = TAG_HEADER_BYTES + held.readUIntBE(1, 3);
    if (held.byteLength < bytes) return { needs: bytes };
    // The fourth byte of the time is the highest, and comes last.
    const timestampMs = held.readUIntBE(4, 3) + held.readUInt8(7) * 0x1000000 - aheadMs;
    // A copy: a view would keep alive the whole of what was read from the pipe.
    const tag = toTag(kind, timestampMs, Buffer.from(held.subarray(TAG_HEADER_BYTES, bytes)));
    if (tag) onTag(notBefore0(tag));
    return { took: bytes, thenSkip: BACK_POINTER_BYTES };
  };

  return { push: (bytes) => feed.push(bytes, take) };
};

/** The first pictures may be decoded before the time 0 at which a stream begins; when they are shown stays what it is. */
const notBefore0 = (tag: FlvTag): FlvTag => {
  const { kind, header, timestampMs, body } = tag;
  if (timestampMs >= 0) return tag;
  if (kind === 'video' && !header && (body.readUInt8(0) & 0x0f) === AVC)
    body.writeIntBE(Math.max(0, body.readIntBE(2, 3) + timestampMs), 2, 3);
  return { ...tag, timestampMs: 0 };
};

const toTag = (kind: FlvTag['kind'], timestampMs: number, body: Buffer): FlvTag | undefined => {
  const [first = 0, packet = -1] = body;
  if (kind === 'script') return { kind, timestampMs, key: false, header: true, body };
  if (kind === 'audio') return { kind, timestampMs, key: false, header: first >> 4 === AAC && packet === SET_UP, body };
  const avc = (first & 0x0f) === AVC;
  if (avc && packet === END_OF_SEQUENCE) return undefined;
  const header = avc && packet === SET_UP;
  return { kind, timestampMs, key: !header && first >> 4 === KEY_FRAME, header, body };
};
