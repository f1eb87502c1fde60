/** Builds Matroska by hand, down to the bytes that no muxer would write. */
export const id = (value: number): Buffer => {
  const bytes = value > 0xffffff ? 4 : value > 0xffff ? 3 : value > 0xff ? 2 : 1;
  const made = Buffer.alloc(bytes);
  made.writeUIntBE(value, 0, bytes);
  return made;
};

/** A size in eight bytes, which any size fits. */
const size = (value: number): Buffer => {
  const made = Buffer.alloc(8);
  made.writeBigUInt64BE((1n << 56n) | BigInt(value));
  return made;
};

export const UNKNOWN = Buffer.from('01ffffffffffffff', 'hex');

export const element = (name: number, ...content: Buffer[]): Buffer => {
  const body = Buffer.concat(content);
  return Buffer.concat([id(name), size(body.byteLength), body]);
};

/** A master element that ends where its parent's next child begins. */
export const endless = (name: number, ...content: Buffer[]): Buffer => Buffer.concat([id(name), UNKNOWN, ...content]);

export const number = (name: number, value: number): Buffer => {
  const body = Buffer.alloc(6);
  body.writeUIntBE(value, 0, 6);
  return element(name, body);
};

export const text = (name: number, value: string): Buffer => element(name, Buffer.from(value));

const header = (docType: string): Buffer => element(0x1a45dfa3, text(0x4282, docType));

export const track = (
  type: 'video' | 'audio',
  codec: string,
  {
    width = 320,
    height = 180,
    picture = Buffer.alloc(0),
    extra = Buffer.alloc(0),
  }: { width?: number; height?: number; picture?: Buffer; extra?: Buffer } = {},
): Buffer =>
  element(
    0xae,
    number(0xd7, type === 'video' ? 1 : 2),
    number(0x83, type === 'video' ? 1 : 2),
    text(0x86, codec),
    type === 'video'
      ? element(0xe0, number(0xb0, width), number(0xba, height), picture)
      : element(0xe1, number(0x9f, 2)),
    extra,
  );

export const init = ({
  docType = 'webm',
  tracks = [track('video', 'V_VP8'), track('audio', 'A_OPUS')],
}: { docType?: string; tracks?: Buffer[] } = {}): Buffer =>
  Buffer.concat([header(docType), endless(0x18538067), element(0x1654ae6b, ...tracks)]);

type Block = { of?: 'video' | 'audio'; at?: number; key?: boolean; bytes?: number; lacing?: number[] };

const blockBody = ({ of = 'video', at = 0, key = false, bytes = 20, lacing }: Block, simple: boolean): Buffer => {
  const made = Buffer.alloc(4 + bytes);
  made.writeUInt8(of === 'video' ? 0x81 : 0x82);
  made.writeInt16BE(at, 1);
  made.writeUInt8((simple && key ? 0x80 : 0) | (lacing ? 0x06 : 0), 3);
  return lacing ? Buffer.concat([made.subarray(0, 4), Buffer.from(lacing), made.subarray(4)]) : made;
};

export const simpleBlock = (block: Block): Buffer => element(0xa3, blockBody(block, true));

/** A grouped block says that it is a key frame by referring to no other. */
export const blockGroup = (block: Block): Buffer =>
  element(0xa0, element(0xa1, blockBody(block, false)), ...(block.key ? [] : [number(0xfb, 1)]));

export const cluster = (timestamp: number, ...content: Buffer[]): Buffer =>
  endless(0x1f43b675, number(0xe7, timestamp), ...content);

export const knownCluster = (timestamp: number, ...content: Buffer[]): Buffer =>
  element(0x1f43b675, number(0xe7, timestamp), ...content);
