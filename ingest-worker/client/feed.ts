import type { Media } from '#wire';
import { createScanner } from './container/scanner.ts';
import type { UrlAnswer } from './dial.ts';
import type { ClientLimits } from './limits.ts';
import { createRing, type Disk, type RingRecord } from './ring.ts';
import type { OpenSocket } from './socket.ts';
import { createUplink, type UplinkEvent } from './uplink.ts';

/** A feed as it is written down, so that another page can go on with it where this one is gone. */
export type FeedRecord = { media: Media; resumeToken: string; ring: RingRecord };

/** Where a feed is kept while it is sent. */
export type FeedStorage = {
  disk: Disk;
  /** What the disk can hold for the ring. */
  maxBytes: number;
  save: (record: FeedRecord) => void;
  /** The feed is over, and nobody will go on with it: only a page that dies leaves something for another. */
  close: () => void;
};

/** One show's container stream on its way to an ingest worker: scanner, ring and uplink in one. */
export type Feed = {
  /** Goes at once, or with what else is appended within `gatherMs`. Throws where what was appended is no container stream. */
  append: (bytes: Uint8Array) => void;
  /** Nothing more will be appended. */
  stop: () => void;
  nudge: (stillMs: number) => void;
  close: () => void;
  backlogMs: () => number;
  heldMs: () => number;
  /** Bytes appended so far. */
  readonly bytes: number;
};

type Parts = {
  media: Media;
  getUrl: () => Promise<UrlAnswer>;
  openSocket: OpenSocket;
  limits: ClientLimits;
  clock: () => number;
  /** A clock without the time in which nothing could be recorded. @default clock */
  recordedClock?: () => number;
  after: (ms: number, then: () => void) => () => void;
  random: () => number;
  /** Without one the feed lives in memory, and is gone with the page. */
  storage?: FeedStorage | undefined;
  on: (event: UplinkEvent) => void;
};

/** A record is written at most this often: the bytes themselves are on disk as soon as they are there. */
const SAVE_MS = 250;

export const startFeed = ({
  media,
  limits,
  clock,
  recordedClock = clock,
  after,
  storage,
  on,
  ...rest
}: Parts): Feed => {
  const memory = { maxBytes: limits.ringBytes, memoryBytes: limits.ringBytes };
  const ring = createRing({ ...memory, ...(storage && { disk: storage.disk, maxBytes: storage.maxBytes }) });
  const scanner = createScanner(media.container);
  let bytes = 0;
  let saving = false;
  let over = false;
  /** What has come since the last piece went, and waits for more to go with it. */
  let gathered: Uint8Array[] = [];
  let gathering = false;
  let forgetGather = () => {};
  /** Bytes that are no container stream, found when there was nobody to tell. */
  let fault: Error | undefined;

  const save = () => {
    saving = false;
    const { resumeToken } = uplink;
    const { record } = ring;
    if (!over && record && resumeToken !== undefined) storage?.save({ media, resumeToken, ring: record });
  };
  const saveSoon = () => {
    if (saving || !storage) return;
    saving = true;
    after(SAVE_MS, save);
  };
  const close = () => {
    if (over) return;
    over = true;
    storage?.close();
  };

  const uplink = createUplink({
    ring,
    media,
    limits,
    clock,
    after,
    onKept: saveSoon,
    on: (event) => {
      if (event.type === 'finished' || event.type === 'failed') close();
      on(event);
    },
    ...rest,
  });
  uplink.start();

  const take = (piece: Uint8Array) => {
    const found = scanner.push(piece);
    ring.append(piece, recordedClock());
    for (const event of found)
      if (event.type === 'init') ring.setInit(event.bytes);
      else ring.mark(event.offset);
    if (found.length > 0) saveSoon();
    uplink.appended();
  };
  const flush = () => {
    const pieces = gathered;
    gathered = [];
    forgetGather();
    gathering = false;
    const [first] = pieces;
    if (first) take(pieces.length === 1 ? first : joined(pieces));
  };
  /** What came with the first piece has gone at once: only more of it within that time has been waiting. */
  const gather = () => {
    gathering = true;
    forgetGather = after(limits.gatherMs, () => {
      const more = gathered.length > 0;
      try {
        flush();
      } catch (cause) {
        fault = cause instanceof Error ? cause : new Error(String(cause));
      }
      if (more && !over) gather();
    });
  };

  return {
    append: (piece) => {
      if (fault !== undefined) throw fault;
      bytes += piece.byteLength;
      gathered.push(piece);
      if (gathering) return;
      flush();
      gather();
    },
    stop: () => {
      flush();
      uplink.stop();
    },
    nudge: uplink.nudge,
    close: () => {
      forgetGather();
      uplink.close();
      close();
    },
    backlogMs: uplink.backlogMs,
    heldMs: () => ring.heldMs,
    get bytes() {
      return bytes;
    },
  };
};

const joined = (pieces: readonly Uint8Array[]): Uint8Array => {
  const whole = new Uint8Array(pieces.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.byteLength;
  }
  return whole;
};
