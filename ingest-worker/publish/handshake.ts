/** The client's half of RTMP's simple handshake: no digests, which no server asks of a publisher. */
export type Handshake = {
  /** C0 and C1, to be written first. */
  greeting: Buffer;
  /** Takes what the server says; `done` with C2, to be written, and whatever followed the handshake. */
  push(data: Buffer): { at: 'under-way' } | { at: 'done'; reply: Buffer; rest: Buffer } | { at: 'refused' };
};

const VERSION = 3;
const BLOCK_BYTES = 1_536;
/** C1 opens with a time and four zeros. */
const RANDOM_AT = 8;

export const createHandshake = (random: (bytes: number) => Buffer): Handshake => {
  const greeting = Buffer.alloc(1 + BLOCK_BYTES);
  greeting[0] = VERSION;
  random(BLOCK_BYTES - RANDOM_AT).copy(greeting, 1 + RANDOM_AT);

  const answer = Buffer.alloc(1 + 2 * BLOCK_BYTES);
  let filled = 0;
  return {
    greeting,
    push(data) {
      const taken = data.copy(answer, filled);
      filled += taken;
      // The version is the first byte: whoever talks something else (HTTP, say) is known at once.
      if (filled > 0 && answer[0] !== VERSION) return { at: 'refused' };
      if (filled < answer.length) return { at: 'under-way' };
      // C2 is S1 again. That S2 repeats C1 is not checked: complex-handshake servers put a digest there.
      return { at: 'done', reply: answer.subarray(1, 1 + BLOCK_BYTES), rest: data.subarray(taken) };
    },
  };
};
