/** Two bytes, eight of a length, four of a mask (RFC 6455 §5.2). */
const HEAD_BYTES = 14;

/** How long a frame's head is, as far as `have` bytes of it say. */
const headLength = (head: Buffer, have: number): number => {
  if (have < 2) return 2;
  const second = head.readUInt8(1);
  const length = second & 127;
  return 2 + (length === 126 ? 2 : length === 127 ? 8 : 0) + (second & 128 ? 4 : 0);
};

const payloadLength = (head: Buffer): number => {
  const length = head.readUInt8(1) & 127;
  if (length === 126) return head.readUInt16BE(2);
  return length === 127 ? Number(head.readBigUInt64BE(2)) : length;
};

/**
 * Reads along in what a client sends on a WebSocket, which `ws` bounds by the message only.
 *
 * @param mostBytes the greatest payload of one frame
 * @returns tells of each piece of the stream, in their order, whether a frame announces more in it
 */
export const createFrameSizes = (mostBytes: number): ((bytes: Buffer) => boolean) => {
  const head = Buffer.alloc(HEAD_BYTES);
  let have = 0;
  let payloadLeft = 0;
  return (bytes) => {
    for (let at = 0; at < bytes.length;) {
      if (payloadLeft > 0) {
        const skipped = Math.min(payloadLeft, bytes.length - at);
        payloadLeft -= skipped;
        at += skipped;
        continue;
      }
      head.writeUInt8(bytes.readUInt8(at++), have++);
      if (have < headLength(head, have)) continue;
      payloadLeft = payloadLength(head);
      have = 0;
      if (payloadLeft > mostBytes) return true;
    }
    return false;
  };
};
