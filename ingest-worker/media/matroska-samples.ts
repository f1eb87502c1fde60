import { createByteFeed, type Taken } from './byte-feed.ts';
import { ID, readElement, readVint } from './ebml.ts';
import { HEAD_BYTES, type Listener, NotRepackaged, type Sample, type SampleReader } from './samples.ts';

const NANOSECONDS_PER_MS = 1_000_000;
/** Tracks of other types are nobody's to publish: subtitles may stand behind the sound, and have a set-up of their own. */
const KINDS: Record<number, keyof Tracks> = { 1: 'video', 2: 'audio' };
/** Masters that are gone into; whatever is not known is passed over whole. */
const ENTERED = new Set<number>([ID.segment, ID.cluster, ID.blockGroup]);
const LACED = 0x06;
const KEY = 0x80;
/** Of a block: its track, its time and its flags, with which its media begins. */
const MOST_BLOCK_HEAD_BYTES = 12;
const TIME_AND_FLAGS_BYTES = 3;

type Tracks = { video: number | undefined; audio: number | undefined };

/** The samples of a recording in Matroska that `createMatroskaReader` has let in: nothing is checked a second time. */
export const createMatroskaSamples = ({ onSetUps, onSample }: Listener): SampleReader => {
  const feed = createByteFeed();
  let scaleNs = NANOSECONDS_PER_MS;
  let tracks: Tracks = { video: undefined, audio: undefined };
  let clusterTicks = 0;
  /** A picture that has begun, and up to where its body is filled. */
  let filling: { picture: Sample; filledBytes: number } | undefined;

  const readTracks = (content: Buffer): void => {
    const setUps: { video: Buffer | undefined; audio: Buffer | undefined } = { video: undefined, audio: undefined };
    tracks = { video: undefined, audio: undefined };
    for (const { id, content: entry } of childrenOf(content)) {
      if (id !== ID.trackEntry) continue;
      const fields = new Map(childrenOf(entry).map((child) => [child.id, child.content]));
      const kind = KINDS[number(fields.get(ID.trackType))];
      if (!kind) continue;
      tracks[kind] = number(fields.get(ID.trackNumber));
      const setUp = fields.get(ID.codecPrivate);
      setUps[kind] = setUp && Buffer.from(setUp);
    }
    onSetUps(setUps);
  };

  /** What the head of a block says of it, and how long that is; undefined of a track that nobody publishes. */
  const readHead = (head: Buffer, isSimple: boolean): (Omit<Sample, 'body'> & { headBytes: number }) | undefined => {
    const track = readVint(head, 0);
    if (track === undefined) throw new NotRepackaged('a block without a track');
    const kind = track.value === tracks.video ? 'video' : track.value === tracks.audio ? 'audio' : undefined;
    if (kind === undefined) return undefined;
    const flags = head.readUInt8(track.bytes + 2);
    if ((flags & LACED) !== 0) throw new NotRepackaged('laced frames');
    // Whether a block of a group is a key frame is known only once the group is over.
    if (!isSimple && kind === 'video') throw new NotRepackaged('pictures in block groups');
    const atMs = Math.round(((clusterTicks + head.readInt16BE(track.bytes)) * scaleNs) / NANOSECONDS_PER_MS);
    const headBytes = track.bytes + TIME_AND_FLAGS_BYTES;
    return { kind, atMs, key: kind === 'video' && (flags & KEY) !== 0, headBytes };
  };

  /** Goes on with the picture that has begun; answers how many of the bytes were its. */
  const fill = (picture: Sample, filledBytes: number, bytes: Buffer): number => {
    const count = bytes.copy(picture.body, filledBytes);
    const isWhole = filledBytes + count === picture.body.byteLength;
    filling = isWhole ? undefined : { picture, filledBytes: filledBytes + count };
    if (isWhole) onSample(picture);
    return count;
  };

  const takeBlock = (
    held: Buffer,
    { headerBytes, size, isSimple }: { headerBytes: number; size: number; isSimple: boolean },
  ): Taken => {
    const seenBytes = headerBytes + Math.min(size, MOST_BLOCK_HEAD_BYTES);
    if (held.byteLength < seenBytes) return { needs: seenBytes };
    const head = readHead(held.subarray(headerBytes, seenBytes), isSimple);
    if (head === undefined) return { took: headerBytes, thenSkip: size };
    const { kind, atMs, key, headBytes } = head;
    // Of a picture all has come before its first byte is read here; sound may say that it is larger than what will ever come.
    if (kind === 'audio' && held.byteLength < headerBytes + size) return { needs: headerBytes + size };
    const from = headerBytes + headBytes;
    const body = Buffer.allocUnsafe(HEAD_BYTES[kind] + size - headBytes);
    const count = fill({ kind, atMs, key, body }, HEAD_BYTES[kind], held.subarray(from, headerBytes + size));
    return { took: from + count };
  };

  const take = (held: Buffer): Taken => {
    const element = readElement(held);
    if ('needs' in element) return element;
    const { id, size, headerBytes } = element;
    if (ENTERED.has(id)) return { took: headerBytes };
    if (size === undefined) throw new NotRepackaged('an element of unknown size');
    const whole = (read: (content: Buffer) => void): Taken => {
      if (held.byteLength < headerBytes + size) return { needs: headerBytes + size };
      read(held.subarray(headerBytes, headerBytes + size));
      return { took: headerBytes + size };
    };
    switch (id) {
      case ID.info:
        return whole((content) => {
          const scale = childrenOf(content).find((child) => child.id === ID.timestampScale);
          if (scale) scaleNs = number(scale.content);
        });
      case ID.tracks:
        return whole(readTracks);
      case ID.timestamp:
        return whole((content) => {
          clusterTicks = number(content);
        });
      case ID.simpleBlock:
        return takeBlock(held, { headerBytes, size, isSimple: true });
      case ID.block:
        return takeBlock(held, { headerBytes, size, isSimple: false });
      default:
        return { took: headerBytes, thenSkip: size };
    }
  };

  return {
    push: (bytes) => {
      const count = filling ? fill(filling.picture, filling.filledBytes, bytes) : 0;
      if (count < bytes.byteLength) feed.push(count === 0 ? bytes : bytes.subarray(count), take);
    },
  };
};

const childrenOf = (content: Buffer): { id: number; content: Buffer }[] => {
  const found: { id: number; content: Buffer }[] = [];
  for (let at = 0; at < content.byteLength;) {
    const element = readElement(content.subarray(at));
    if ('needs' in element || element.size === undefined) throw new NotRepackaged('an element is cut short');
    const from = at + element.headerBytes;
    at = from + element.size;
    found.push({ id: element.id, content: content.subarray(from, at) });
  }
  return found;
};

const number = (content: Buffer | undefined): number =>
  content === undefined || content.byteLength === 0 ? 0 : Number(BigInt(`0x${content.toString('hex')}`));
