import { Unusable } from './unusable.ts';

/** Bytes that arrive in pieces, taken in the amounts that a format asks for. Holds no more than it is asked for and one piece. */
export const createByteSource = (pieces: AsyncIterable<Uint8Array>) => {
  const arriving = pieces[Symbol.asyncIterator]();
  let held = Buffer.alloc(0);

  /** Whether there is one more piece, which is held then. */
  const more = async (): Promise<boolean> => {
    const { value, done } = await arriving.next();
    if (done) return false;
    if (value.length === 0) return more();
    held = held.length === 0 ? Buffer.from(value) : Buffer.concat([held, value]);
    return true;
  };

  const taken = (bytes: number): Buffer<ArrayBuffer> => {
    const part = held.subarray(0, bytes);
    held = held.subarray(bytes);
    return part;
  };

  return {
    /** The next bytes; a promise only where they have not arrived. Fails where the file ends before them. */
    take: (bytes: number): Buffer<ArrayBuffer> | Promise<Buffer<ArrayBuffer>> => {
      if (held.length >= bytes) return taken(bytes);
      return (async () => {
        const parts = [held];
        let length = held.length;
        held = Buffer.alloc(0);
        while (length < bytes) {
          if (!(await more())) throw new Unusable('ends in the middle');
          const part = taken(Math.min(held.length, bytes - length));
          parts.push(part);
          length += part.length;
        }
        return Buffer.concat(parts);
      })();
    },

    /** The next bytes as they arrive; with `Infinity` all that there are. */
    pass: async function* (bytes: number): AsyncGenerator<Buffer<ArrayBuffer>> {
      let left = bytes;
      while (left > 0) {
        if (held.length === 0 && !(await more())) {
          if (left === Infinity) return;
          throw new Unusable('ends in the middle');
        }
        const part = taken(Math.min(held.length, left));
        left -= part.length;
        yield part;
      }
    },

    ended: async (): Promise<boolean> => held.length === 0 && !(await more()),
  };
};
export type ByteSource = ReturnType<typeof createByteSource>;

/** As many zeros as there are bytes to come, in their place. */
export const blanked = async function* (source: ByteSource, bytes: number): AsyncGenerator<Buffer<ArrayBuffer>> {
  for await (const part of source.pass(bytes)) yield part.fill(0);
};
