import type { FlvTag } from '../media/flv-tag.ts';

const TYPE = { audio: 8, video: 9, script: 18 } as const;
const TAG_HEADER_BYTES = 11;
const BACK_POINTER_BYTES = 4;

/** The start of an FLV file with sound and pictures, and the back pointer of the tag before the first. */
export const FLV_HEADER = Buffer.from('464c5601050000000900000000', 'hex');

/** A tag as it stands in a file, with the back pointer after it. */
export const toFlvBytes = ({ kind, timestampMs, body }: FlvTag): Buffer => {
  const bytes = Buffer.alloc(TAG_HEADER_BYTES + body.length + BACK_POINTER_BYTES);
  bytes[0] = TYPE[kind];
  bytes.writeUIntBE(body.length, 1, 3);
  bytes.writeUIntBE(timestampMs % 0x1000000, 4, 3);
  // The highest byte of the time comes last.
  bytes[7] = Math.floor(timestampMs / 0x1000000) % 0x100;
  body.copy(bytes, TAG_HEADER_BYTES);
  bytes.writeUInt32BE(TAG_HEADER_BYTES + body.length, TAG_HEADER_BYTES + body.length);
  return bytes;
};
