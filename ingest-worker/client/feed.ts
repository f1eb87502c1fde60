import type { Media } from '#wire';
import { createScanner } from './container/scanner.ts';
import type { UrlAnswer } from './dial.ts';
import type { ClientLimits } from './limits.ts';
import { createRing } from './ring.ts';
import type { OpenSocket } from './socket.ts';
import { createUplink, type UplinkEvent } from './uplink.ts';

/** One show's container stream on its way to an ingest worker: scanner, ring and uplink in one. */
export type Feed = {
  append: (bytes: Uint8Array) => void;
  /** Nothing more will be appended. */
  stop: () => void;
  nudge: () => void;
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
  after: (ms: number, then: () => void) => () => void;
  random: () => number;
  on: (event: UplinkEvent) => void;
};

export const startFeed = ({ media, limits, clock, ...rest }: Parts): Feed => {
  const ring = createRing({ maxBytes: limits.ringBytes });
  const scanner = createScanner(media.container);
  const uplink = createUplink({ ring, media, limits, clock, ...rest });
  let bytes = 0;
  uplink.start();
  return {
    append: (piece) => {
      const found = scanner.push(piece);
      ring.append(piece, clock());
      bytes += piece.byteLength;
      for (const event of found)
        if (event.type === 'init') ring.setInit(event.bytes);
        else ring.mark(event.offset);
      uplink.appended();
    },
    stop: uplink.stop,
    nudge: uplink.nudge,
    close: uplink.close,
    backlogMs: uplink.backlogMs,
    heldMs: () => ring.heldMs,
    get bytes() {
      return bytes;
    },
  };
};
