import { blanked, type ByteSource } from './byte-source.ts';
import { Unusable } from './unusable.ts';

const ELEMENTS = 2_000_000;
const EBML = 0x1a45dfa3;
const SEGMENT = 0x18538067;
const CLUSTER = 0x1f43b675;
/** What may have no size: what lies in it is read as if it lay beside it, for nothing else says where it ends. */
const OPEN = new Set([SEGMENT, CLUSTER]);
/** `Tags` may say where a film was taken, and `Attachments` may hold pictures that say it. */
const BLANKED = new Set([0x1254c367, 0x1941a469]);
const VOID = 0xec;

/** How many bytes a number of EBML has, by its first. */
const widthOf = (first: number, most: number): number => {
  const width = Math.clz32(first) - 23;
  if (width > most) throw new Unusable('holds a number that EBML does not know');
  return width;
};

/** The head of a void element of as many bytes, and how many zeros follow. */
const voidHead = (bytes: number): { head: Buffer<ArrayBuffer>; zeros: number } => {
  const width = Math.min(bytes - 1, 8);
  const zeros = bytes - 1 - width;
  const head = Buffer.alloc(1 + width);
  head[0] = VOID;
  head.writeUIntBE(zeros, head.length - Math.min(width, 6), Math.min(width, 6));
  head[1] = (head[1] ?? 0) | (0x100 >> width);
  return { head, zeros };
};

/** A WebM without its tags and attachments, byte for byte as long. What is no WebM, or is cut off, fails as unusable. */
export const cleanWebm = async function* (source: ByteSource): AsyncGenerator<Buffer<ArrayBuffer>> {
  for (let count = 0; !(await source.ended()); count += 1) {
    if (count > ELEMENTS) throw new Unusable('holds too many elements');
    const first = await source.take(1);
    const id = Buffer.concat([first, await source.take(widthOf(first[0] ?? 0, 4) - 1)]);
    const start = await source.take(1);
    const width = widthOf(start[0] ?? 0, 8);
    const size = Buffer.concat([start, await source.take(width - 1)]);
    const name = id.readUIntBE(0, id.length);
    if (count === 0 && name !== EBML) throw new Unusable('is no WebM');

    const value = Buffer.concat([Buffer.alloc(8 - width), size]).readBigUInt64BE() & ((1n << BigInt(7 * width)) - 1n);
    const unknown = value === (1n << BigInt(7 * width)) - 1n;
    const bytes = Number(value);
    if (unknown && !OPEN.has(name)) throw new Unusable('holds an element without an end');

    if (BLANKED.has(name)) {
      const { head, zeros } = voidHead(id.length + size.length + bytes);
      yield head;
      // what of the zeros is not in place of the element's own bytes is in place of its head
      const ofHead = zeros - bytes;
      if (ofHead > 0) yield Buffer.alloc(ofHead);
      yield* blanked(source, Math.min(bytes, zeros));
      if (ofHead < 0) await source.take(-ofHead);
      continue;
    }
    yield Buffer.concat([id, size]);
    if (!unknown && name !== SEGMENT) yield* source.pass(bytes);
  }
};
