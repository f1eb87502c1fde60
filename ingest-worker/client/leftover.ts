import type { Health } from '#wire';
import type { UrlAnswer } from './dial.ts';
import type { FeedRecord } from './feed.ts';
import type { ClientLimits } from './limits.ts';
import { createRing, type Disk } from './ring.ts';
import type { OpenSocket } from './socket.ts';
import { createUplink, type FeedFailure } from './uplink.ts';

/** What became of the rest of a feed whose page is gone. */
export type LeftoverEvent =
  /** How much of it is still to be sent. */
  | { type: 'sending'; ms: number }
  /** The worker has all of it; `ms` is the length of what was sent now. */
  | { type: 'sent'; ms: number }
  | { type: 'not-sent'; ms: number; because: FeedFailure | 'finished' };

type Parts = {
  record: FeedRecord;
  disk: Disk;
  getUrl: () => Promise<UrlAnswer>;
  openSocket: OpenSocket;
  limits: ClientLimits;
  clock: () => number;
  after: (ms: number, then: () => void) => () => void;
  random: () => number;
  on: (event: LeftoverEvent) => void;
};

const LOOK_MS = 250;
/** After the last byte the worker has so long to pass it on: the next feed of the show may be behind the door. */
const SETTLE_MS = 8_000;
const SETTLED_UNACKNOWLEDGED_MS = 1_000;

/**
 * Sends what a page that is gone had recorded and could not send, under the feed that it was part of. A feed of another page or
 * device that has the stream meanwhile is left alone: where going on is refused, what is left is not sent.
 */
export const sendLeftover = ({ record, disk, after, clock, on, ...rest }: Parts): { close: () => void } => {
  const ring = createRing({ maxBytes: Infinity, memoryBytes: 0, disk, restored: record.ring });
  let toSendMs: number | undefined;
  let receivedMs: number | undefined;
  let health: Health | undefined;
  let forgetLook = () => {};

  const uplink = createUplink({
    ...rest,
    ring,
    media: record.media,
    goOnWith: record.resumeToken,
    after,
    clock,
    on: (event) => {
      if (event.type === 'connected') toSendMs = uplink.backlogMs();
      if (event.type === 'health') ({ health } = event);
      if (event.type === 'finished' || event.type === 'failed') {
        forgetLook();
        const because = event.type === 'failed' ? event.because : 'finished';
        on({ type: 'not-sent', ms: toSendMs === undefined ? ring.heldMs : uplink.backlogMs(), because });
      }
    },
  });

  const isPassedOn = () => (health?.unacknowledgedMs ?? Infinity) < SETTLED_UNACKNOWLEDGED_MS;

  const look = () => {
    if (toSendMs !== undefined && !uplink.isReceived) on({ type: 'sending', ms: uplink.backlogMs() });
    if (uplink.isReceived) receivedMs ??= clock();
    if (receivedMs !== undefined && (isPassedOn() || clock() - receivedMs > SETTLE_MS)) {
      uplink.close();
      return on({ type: 'sent', ms: toSendMs ?? 0 });
    }
    forgetLook = after(LOOK_MS, look);
  };
  uplink.start();
  look();
  return {
    close: () => {
      forgetLook();
      uplink.close();
    },
  };
};
