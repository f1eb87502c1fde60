import type { PublisherEvent, PublisherStats } from '../session/publisher.ts';
import { type Arrived, createDelivery } from './delivery.ts';
import type { Failure } from './failure.ts';
import type { PublishLimits } from './publish-limits.ts';

type Parts = {
  limits: PublishLimits;
  now: () => number;
  onEvent: (event: PublisherEvent) => void;
  fail: (failure: Failure) => void;
  /** For the log: what takes nothing when nothing is taken. */
  way: string;
  /** Whether the server's silence may be judged, and whom to tell when it alone has broken the connection. */
  silence?: { isJudged: boolean; brokeAlone(): void };
};

/** What goes out over one connection: how much of it waits, how much has arrived, and whether it moves (SPEC P5 to P10). */
export type Flow = {
  /** Bytes given to the way out. Where they end a tag: whether its sender may go on, and else waits for `drained`. */
  wrote(bytes: number, endsTag?: boolean): boolean;
  /** The way out has taken this many bytes. */
  flushed(bytes: number): void;
  /** The server's own count of what it has read. */
  acknowledged(sequence: number): void;
  /** Time has passed. */
  look(): void;
  /** The other end has read all of it. */
  allRead(): void;
  readonly queuedBytes: number;
  /** Nothing is known to have arrived. */
  readonly isUnheard: boolean;
  stats(): PublisherStats;
};

export const createFlow = ({ limits, now, onEvent, fail, way, silence }: Parts): Flow => {
  const delivery = createDelivery(limits, { trustRhythm: silence?.isJudged ?? true });
  let arrivedTags = 0;
  /** The sender has been told to stop. */
  let isFull = false;
  let progressAt = 0;

  const queuedBytes = (): number => {
    const { writtenBytes, flushedBytes } = delivery.totals();
    return writtenBytes - flushedBytes;
  };

  const tell = ({ tags, rule }: Arrived): void => {
    if (tags <= arrivedTags) return;
    arrivedTags = tags;
    onEvent({ type: 'acknowledged', tags, rule });
  };

  return {
    wrote(bytes, endsTag = false) {
      if (queuedBytes() === 0) progressAt = now();
      delivery.wrote(bytes, endsTag);
      if (queuedBytes() > limits.queueMaxBytes) fail({ because: 'stalled', detail: 'write queue over its limit' });
      isFull ||= endsTag && queuedBytes() > limits.queueHighBytes;
      return !isFull;
    },
    flushed(bytes) {
      delivery.flushed(bytes);
      progressAt = now();
      if (!isFull || queuedBytes() > limits.queueLowBytes) return;
      isFull = false;
      onEvent({ type: 'drained' });
    },
    acknowledged(sequence) {
      const before = delivery.totals().acknowledgedBytes;
      delivery.acknowledged(sequence, now());
      // A server that says it has read more is not one that takes nothing.
      if (delivery.totals().acknowledgedBytes > before) progressAt = now();
    },
    look() {
      const at = now();
      const arrived = delivery.look(at);
      tell(arrived);
      if (arrived.overdue) {
        if (queuedBytes() === 0) silence?.brokeAlone();
        fail({ because: 'stalled', detail: 'acknowledgements overdue' });
      } else if (queuedBytes() > 0 && at - progressAt >= limits.stallMs)
        fail({ because: 'stalled', detail: `${way} takes nothing` });
    },
    allRead: () => tell(delivery.allRead()),
    get queuedBytes() {
      return queuedBytes();
    },
    get isUnheard() {
      return arrivedTags === 0 && delivery.totals().acknowledgedBytes === 0;
    },
    stats() {
      const { flushedBytes, acknowledgedBytes, rule, late, rhythmMs } = delivery.totals();
      return { sentBytes: flushedBytes, queuedBytes: queuedBytes(), acknowledgedBytes, rule, late, rhythmMs };
    },
  };
};
