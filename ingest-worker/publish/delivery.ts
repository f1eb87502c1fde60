import type { AcknowledgementRule } from '../session/publisher.ts';
import { createAcknowledgements } from './acknowledgements.ts';

/**
 * What of the bytes written to one connection has arrived, told in whole tags (SPEC P7 to P10). It counts, and knows no
 * socket and no clock.
 */
export type Delivery = {
  /** Bytes given to the socket; a tag ends with the last of them where `endsTag`. */
  wrote(bytes: number, endsTag: boolean): void;
  /** Bytes that the socket has taken. */
  flushed(bytes: number): void;
  /** The server's own count of bytes read. */
  acknowledged(count: number, now: number): void;
  /** To be asked at every tick. */
  look(now: number): Arrived;
  /** The other end has read all of it: said by its orderly end. */
  allRead(): Arrived;
  totals(): {
    writtenBytes: number;
    flushedBytes: number;
    acknowledgedBytes: number;
    rule: AcknowledgementRule;
    /** At the last look, the server was silent somewhat beyond its rhythm: it may have stopped reading. */
    late: boolean;
    /** The longest interval of its acknowledgements, in ms; undefined where its silence means nothing. */
    rhythmMs: number | undefined;
  };
};

export type Arrived = {
  tags: number;
  rule: AcknowledgementRule;
  /** The server has acknowledged in a rhythm, and is silent far beyond it about what it was sent: it does not read. */
  overdue: boolean;
};

type Limits = Parameters<typeof createAcknowledgements>[0] & {
  flushedMs: number;
  silenceMs: number;
};

/** Shows have no such pauses: nothing is written for so long where nothing comes from the client. */
const IDLE_MS = 2_000;
/** Tag ends already passed are let go of in batches of this many. */
const COMPACT_TAGS = 4_096;

/** @param trustRhythm whether the silence of a server with a rhythm is a sign: not where it has twice been none */
export const createDelivery = (limits: Limits, { trustRhythm = true }: { trustRhythm?: boolean } = {}): Delivery => {
  const acknowledgements = createAcknowledgements(limits);
  let written = 0;
  let flushed = 0;
  /** The first look: the connection has just opened. */
  let openedAt: number | undefined;
  let weak = true;
  let late = false;
  /** How much had been written when that was last seen to grow, and when that was. */
  let seenWritten = 0;
  let grewAt: number | undefined;
  /** Where each tag ends, oldest first; those before `head` have arrived. */
  let tagEnds: number[] = [];
  let head = 0;
  let dropped = 0;
  /** How much was flushed at each of the last ticks; the first is the newest that is at least `flushedMs` old. */
  const marks: { at: number; flushed: number }[] = [];

  const arriveUpTo = (position: number): number => {
    for (let end = tagEnds[head]; end !== undefined && end <= position; end = tagEnds[head]) head += 1;
    if (head >= COMPACT_TAGS) {
      tagEnds = tagEnds.slice(head);
      dropped += head;
      head = 0;
    }
    return dropped + head;
  };

  /** Nobody is silent who was sent nothing: pauses are taken out of what is known of the server. */
  const noticePauses = (now: number): void => {
    if (written === seenWritten && written === flushed) return;
    const pauseMs = now - (grewAt ?? now);
    if (pauseMs > IDLE_MS) acknowledgements.idled(pauseMs);
    seenWritten = written;
    grewAt = now;
  };

  const flushedLongAgo = (now: number): number => {
    marks.push({ at: now, flushed });
    while (marks[1] !== undefined && now - marks[1].at >= limits.flushedMs) marks.shift();
    const [oldest] = marks;
    return oldest !== undefined && now - oldest.at >= limits.flushedMs ? oldest.flushed : 0;
  };

  /**
   * Whether what the socket took a while ago has to count, because the server's word is not to be had, or not to be believed.
   * Until two steps, or a while, have brought none, its first may be on its way. A server with a rhythm is waited for as
   * long as its silence can still be judged; nothing else holds up for ever what has been sent.
   */
  const isWeak = (longAgo: number, now: number): boolean => {
    if (acknowledgements.nonsense) return true;
    const unacknowledged = longAgo - acknowledgements.bytes;
    const isJudged = trustRhythm && acknowledgements.hasRhythm;
    const isTalking = now - (acknowledgements.believedAt ?? -Infinity) <= limits.flushedMs;
    if (unacknowledged >= limits.unacknowledgedBytes) return !isJudged || isTalking;
    if (acknowledgements.any) return false;
    return now - (openedAt ?? now) >= limits.silenceMs || longAgo >= 2 * limits.ackStepBytes;
  };

  const rule = (): AcknowledgementRule => (weak ? 'flushed-5s' : 'acknowledged');

  return {
    wrote(bytes, endsTag) {
      written += bytes;
      if (endsTag) tagEnds.push(written);
    },
    flushed(bytes) {
      flushed += bytes;
    },
    acknowledged(count, now) {
      const before = acknowledgements.bytes;
      noticePauses(now);
      acknowledgements.heard(count, written, now);
      if (acknowledgements.bytes > before) weak = false;
    },
    look(now) {
      openedAt ??= now;
      noticePauses(now);
      const longAgo = flushedLongAgo(now);
      const counts = isWeak(longAgo, now);
      weak = counts || !acknowledgements.any;
      const position = counts ? Math.max(acknowledgements.bytes, longAgo) : acknowledgements.bytes;
      const outstanding = flushed - acknowledgements.bytes;
      const overdue = trustRhythm && acknowledgements.isOverdue(outstanding, now);
      late = trustRhythm && acknowledgements.isLate(outstanding, now);
      return { tags: arriveUpTo(position), rule: rule(), overdue };
    },
    allRead: () => ({ tags: arriveUpTo(written), rule: rule(), overdue: false }),
    totals: () => ({
      writtenBytes: written,
      flushedBytes: flushed,
      acknowledgedBytes: acknowledgements.bytes,
      rule: rule(),
      late,
      rhythmMs: trustRhythm ? acknowledgements.rhythmMs : undefined,
    }),
  };
};
