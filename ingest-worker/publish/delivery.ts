import type { AcknowledgementRule } from '../session/publisher.ts';

/**
 * What of the bytes written to one connection has arrived, told in whole tags (SPEC P7 to P10). It counts, and knows no
 * socket and no clock.
 */
export type Delivery = {
  /** Bytes given to the socket; a tag ends with the last of them where `endsTag`. */
  wrote(bytes: number, endsTag: boolean): void;
  /** Bytes that the socket has taken. */
  flushed(bytes: number): void;
  /** The server's own count of bytes read, of 32 bits. */
  acknowledged(sequence: number, now: number): void;
  /** To be asked at every tick. */
  look(now: number): Arrived;
  /** The other end has read all of it: said by its orderly end. */
  allRead(): Arrived;
  totals(): { writtenBytes: number; flushedBytes: number; acknowledgedBytes: number; rule: AcknowledgementRule };
};

export type Arrived = {
  tags: number;
  rule: AcknowledgementRule;
  /** The server acknowledges, yet has long been silent about what it was sent: it does not read. */
  overdue: boolean;
};

type Limits = { ackWindowBytes: number; flushedMs: number; silenceMs: number; stallMs: number };

const SEQUENCE = 2 ** 32;
/** Tag ends already passed are let go of in batches of this many. */
const COMPACT_TAGS = 4_096;

export const createDelivery = (limits: Limits): Delivery => {
  /** The first look: the connection has just opened. */
  let openedAt: number | undefined;
  let written = 0;
  let flushed = 0;
  let acked = 0;
  let lastSequence = 0;
  let everAcked = false;
  let largestStep = limits.ackWindowBytes;
  let overdueSince: number | undefined;
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

  const flushedLongAgo = (now: number): number => {
    marks.push({ at: now, flushed });
    while (marks[1] !== undefined && now - marks[1].at >= limits.flushedMs) marks.shift();
    const [oldest] = marks;
    return oldest !== undefined && now - oldest.at >= limits.flushedMs ? oldest.flushed : 0;
  };

  /** Two windows without a word, or a while: until then its first acknowledgement may just be on its way. */
  const isSilent = (longAgo: number, now: number): boolean =>
    longAgo >= 2 * limits.ackWindowBytes || (openedAt !== undefined && now - openedAt >= limits.silenceMs);

  const isOverdue = (now: number): boolean => {
    // A server may acknowledge in larger steps than asked for; twice its largest is beyond doubt.
    if (!everAcked || flushed - acked < 2 * largestStep) overdueSince = undefined;
    else overdueSince ??= now;
    return overdueSince !== undefined && now - overdueSince >= limits.stallMs;
  };

  const rule = (): AcknowledgementRule => (everAcked ? 'acknowledged' : 'flushed-5s');

  return {
    wrote(bytes, endsTag) {
      written += bytes;
      if (endsTag) tagEnds.push(written);
    },
    flushed(bytes) {
      flushed += bytes;
    },
    acknowledged(sequence, now) {
      const step = (((sequence - lastSequence) % SEQUENCE) + SEQUENCE) % SEQUENCE;
      // More than was ever written, or a step back (which is a huge step on a wrapping count): not to be believed.
      if (acked + step > written) return;
      lastSequence = sequence;
      acked += step;
      everAcked = true;
      largestStep = Math.max(largestStep, step);
      overdueSince = step > 0 ? undefined : (overdueSince ?? now);
    },
    look(now) {
      openedAt ??= now;
      const longAgo = flushedLongAgo(now);
      const position = everAcked ? acked : isSilent(longAgo, now) ? longAgo : 0;
      return { tags: arriveUpTo(position), rule: rule(), overdue: isOverdue(now) };
    },
    allRead: () => ({ tags: arriveUpTo(written), rule: rule(), overdue: false }),
    totals: () => ({ writtenBytes: written, flushedBytes: flushed, acknowledgedBytes: acked, rule: rule() }),
  };
};
