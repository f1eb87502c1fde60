import type { Capture, Unit } from './taken-apart.ts';

/** Reads a whole recording, of the kind browsers make, into clusters that can be played again at later times. */
export const readMatroska = (bytes: Buffer): Capture => {
  const clusters: Cluster[] = [];
  let init: Buffer | undefined;
  let videoTrack = 1;
  let cluster: Cluster | undefined;

  for (let at = 0; at < bytes.length;) {
    const { id, idBytes } = readId(bytes, at);
    const { size, sizeBytes } = readSize(bytes, at + idBytes);
    const body = at + idBytes + sizeBytes;
    if (id === SEGMENT || id === TRACKS) {
      at = body;
    } else if (id === TRACK_ENTRY) {
      videoTrack = readVideoTrack(bytes.subarray(body, body + size)) ?? videoTrack;
      at = body + size;
    } else if (id === CLUSTER) {
      init ??= bytes.subarray(0, at);
      cluster = { timeMs: 0, blocks: [], hasSize: Number.isFinite(size), firstMs: 0, lastMs: 0, key: undefined };
      clusters.push(cluster);
      at = body;
    } else if (cluster !== undefined && id === TIMESTAMP) {
      cluster.timeMs = bytes.readUIntBE(body, size);
      cluster.firstMs = cluster.lastMs = cluster.timeMs;
      at = body + size;
    } else if (cluster !== undefined && (id === SIMPLE_BLOCK || id === BLOCK_GROUP)) {
      const block = id === SIMPLE_BLOCK ? body : bytes.indexOf(BLOCK, body) + idBytes + 1;
      const track = (bytes[block] ?? 0) & 0x7f;
      cluster.lastMs = Math.max(cluster.lastMs, cluster.timeMs + bytes.readInt16BE(block + 1));
      const isVideo = track === videoTrack;
      if (isVideo) cluster.key ??= ((bytes[block + 3] ?? 0) & KEY_FLAG) !== 0;
      cluster.blocks.push({ bytes: bytes.subarray(at, body + size), isVideo });
      at = body + size;
    } else if (cluster !== undefined && CLOSING.has(id)) break;
    else at = body + size;
  }
  if (init === undefined) throw new Error('a recording without a cluster');
  return {
    init,
    units: clusters.map((one) => ({
      startMs: one.firstMs,
      endMs: one.lastMs,
      key: one.key === true,
      at: (byMs, soundOnly = false) => toCluster(one, byMs, soundOnly),
    })) satisfies Unit[],
  };
};

type Cluster = {
  timeMs: number;
  blocks: { bytes: Buffer; isVideo: boolean }[];
  hasSize: boolean;
  firstMs: number;
  lastMs: number;
  key: boolean | undefined;
};

const SEGMENT = 0x18538067;
const TRACKS = 0x1654ae6b;
const TRACK_ENTRY = 0xae;
const TRACK_NUMBER = 0xd7;
const TRACK_TYPE = 0x83;
const CLUSTER = 0x1f43b675;
const TIMESTAMP = 0xe7;
const SIMPLE_BLOCK = 0xa3;
const BLOCK_GROUP = 0xa0;
const BLOCK = 0xa1;
const KEY_FLAG = 0x80;
const VIDEO = 1;
/** What a muxer that is allowed to finish writes after the media: cues, tags. A show that goes on has none; tags may stand before it, too. */
const CLOSING: ReadonlySet<number> = new Set([0x1c53bb6b, 0x1254c367]);

const UNKNOWN_SIZE = Buffer.from('01ffffffffffffff', 'hex');

const readId = (bytes: Buffer, at: number): { id: number; idBytes: number } => {
  const idBytes = Math.clz32(bytes.readUInt8(at)) - 23;
  return { id: bytes.readUIntBE(at, idBytes), idBytes };
};

const readSize = (bytes: Buffer, at: number): { size: number; sizeBytes: number } => {
  const sizeBytes = Math.clz32(bytes.readUInt8(at)) - 23;
  let size = bytes.readUInt8(at) & (0xff >> sizeBytes);
  let isUnknown = size === 0xff >> sizeBytes;
  for (let next = 1; next < sizeBytes; next += 1) {
    const byte = bytes.readUInt8(at + next);
    isUnknown &&= byte === 0xff;
    size = size * 256 + byte;
  }
  return { size: isUnknown ? Number.POSITIVE_INFINITY : size, sizeBytes };
};

const readVideoTrack = (entry: Buffer): number | undefined => {
  let number: number | undefined;
  let isVideo = false;
  for (let at = 0; at < entry.length;) {
    const { id, idBytes } = readId(entry, at);
    const { size, sizeBytes } = readSize(entry, at + idBytes);
    const body = at + idBytes + sizeBytes;
    if (id === TRACK_NUMBER) number = entry.readUIntBE(body, size);
    if (id === TRACK_TYPE) isVideo = entry.readUInt8(body) === VIDEO;
    at = body + size;
  }
  return isVideo ? number : undefined;
};

/** The cluster as it would have been if it had been recorded later, or without a picture. */
const toCluster = ({ timeMs, blocks: all, hasSize }: Cluster, byMs: number, soundOnly: boolean): Buffer => {
  const blocks = all.filter(({ isVideo }) => !(soundOnly && isVideo)).map(({ bytes }) => bytes);
  const time = Buffer.alloc(6);
  time.writeUInt16BE((TIMESTAMP << 8) | 0x84);
  time.writeUInt32BE(timeMs + byMs, 2);
  const id = Buffer.alloc(4);
  id.writeUInt32BE(CLUSTER);
  const length = time.length + blocks.reduce((sum, block) => sum + block.length, 0);
  const size = Buffer.alloc(8);
  size.writeBigUInt64BE(BigInt(length) | (1n << 56n));
  return Buffer.concat([id, hasSize ? size : UNKNOWN_SIZE, time, ...blocks]);
};
