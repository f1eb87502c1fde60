import { createDelivery, type Arrived } from './delivery.ts';
import { createScrub, toErrorCode, type Failure } from './failure.ts';
import { startFfmpegCopy, type FfmpegCopy } from './ffmpeg-copy.ts';
import { FLV_HEADER, toFlvBytes } from './flv-writer.ts';
import { openLink, type Link } from './link.ts';
import { PUBLISH_LIMITS, type PublishLimits } from './publish-limits.ts';
import { parseTarget, type Target } from './target.ts';
import type { CreatePublisher, Publisher, PublisherOptions } from '../session/publisher.ts';

type Opened = Awaited<ReturnType<Publisher['connect']>>;
type Closed = Awaited<ReturnType<Publisher['close']>>;

type Phase =
  | { at: 'idle' }
  | { at: 'dialing'; link: Link | undefined; settle: (opened: Opened) => void }
  | { at: 'open'; copy: FfmpegCopy }
  | { at: 'closing'; copy: FfmpegCopy; settle: (closed: Closed) => void }
  | { at: 'over' };

type Parts = { ffmpegPath: string; limits?: PublishLimits; now?: () => number };

/** What fits on one line of a preset and needs no quoting there. */
const PLAIN_KEY = /^[\x21-\x7e]{1,512}$/;

/** FFmpeg's words for any status of level error; it does not pass on the code. */
const REFUSED = 'Server error:';

/**
 * Publishers that are an FFmpeg process each, for a server that dislikes our own RTMP. They hear no acknowledgements and
 * no status codes, so the weaker rule is always in force and refusals are told less exactly.
 */
export const createFfmpegPublishers =
  ({ ffmpegPath, limits = PUBLISH_LIMITS, now = () => performance.now() }: Parts): CreatePublisher =>
  (options) =>
    createFfmpegPublisher({ ffmpegPath, limits, now, options });

const createFfmpegPublisher = ({
  ffmpegPath,
  limits,
  now,
  options: { url, streamKey, ca, onEvent },
}: Required<Parts> & { options: PublisherOptions }): Publisher => {
  const scrub = createScrub(streamKey, limits.detailCharacters);
  const delivery = createDelivery(limits);
  let phase: Phase = { at: 'idle' };
  let opened: Promise<Opened> | undefined;
  let closed: Promise<Closed> | undefined;
  let limitTimer: NodeJS.Timeout | undefined;
  let tick: NodeJS.Timeout | undefined;
  let tagsArrived = 0;
  let isFull = false;
  let progressAt = 0;

  const queuedBytes = (): number => {
    const { writtenBytes, flushedBytes } = delivery.totals();
    return writtenBytes - flushedBytes;
  };

  const stop = (): Phase => {
    const was = phase;
    phase = { at: 'over' };
    clearTimeout(limitTimer);
    clearInterval(tick);
    if (was.at === 'dialing') was.link?.cut();
    if (was.at === 'open' || was.at === 'closing') was.copy.kill();
    return was;
  };

  const fail = ({ because, detail }: Failure): void => {
    const was = stop();
    if (was.at === 'dialing') was.settle({ connected: false, because, detail: scrub(detail) });
    if (was.at === 'closing') was.settle({ flushed: false, because });
    if (was.at === 'open') onEvent({ type: 'closed', because, detail: scrub(detail) });
  };

  const tell = ({ tags, rule }: Arrived): void => {
    if (tags <= tagsArrived) return;
    tagsArrived = tags;
    onEvent({ type: 'acknowledged', tags, rule });
  };

  const look = (): void => {
    tell(delivery.look(now()));
    if (queuedBytes() > 0 && now() - progressAt >= limits.stallMs)
      fail({ because: 'stalled', detail: 'FFmpeg takes nothing' });
  };

  const onFlushed = (bytes: number): void => {
    delivery.flushed(bytes);
    progressAt = now();
    if (!isFull || queuedBytes() > limits.queueLowBytes) return;
    isFull = false;
    if (phase.at === 'open') onEvent({ type: 'drained' });
  };

  const onExited = ({ code, words, wrote }: { code: number | null; words: string; wrote: boolean }): void => {
    if (phase.at === 'closing' && code === 0) {
      const { settle } = phase;
      stop();
      tell(delivery.allRead());
      return settle({ flushed: true });
    }
    const isRefusal = !wrote && words.includes(REFUSED);
    return fail({ because: isRefusal ? 'key-refused' : 'reset', detail: words || `FFmpeg ended with ${code}` });
  };

  const write = (copy: FfmpegCopy, bytes: Buffer, endsTag: boolean): void => {
    if (queuedBytes() === 0) progressAt = now();
    delivery.wrote(bytes.length, endsTag);
    copy.write(bytes);
    if (queuedBytes() > limits.queueMaxBytes) fail({ because: 'stalled', detail: 'write queue over its limit' });
  };

  const start = (target: Target): void => {
    if (phase.at !== 'dialing') return;
    const { link, settle } = phase;
    clearTimeout(limitTimer);
    link?.cut();
    const on = { flushed: onFlushed, exited: onExited };
    try {
      const copy = startFfmpegCopy({ ffmpegPath, target, streamKey, ca, stallMs: limits.stallMs, on });
      phase = { at: 'open', copy };
      write(copy, FLV_HEADER, false);
    } catch (cause) {
      return fail({ because: 'unreachable', detail: toErrorCode(cause) ?? 'FFmpeg did not start' });
    }
    tick = setInterval(look, limits.tickMs);
    look();
    return settle({ connected: true });
  };

  /** FFmpeg dials only when the first media is there, and says little of why it could not: the way is tried first. */
  const dial = (target: Target): Link =>
    openLink({
      target,
      ca,
      on: {
        ready: () => start(target),
        data: () => undefined,
        flushed: () => undefined,
        ended: () => undefined,
        failed: fail,
      },
    });

  return {
    connect() {
      opened ??= new Promise<Opened>((settle) => {
        const target = parseTarget(url);
        if (phase.at !== 'idle') return settle({ connected: false, because: 'reset', detail: 'given up' });
        if (target === undefined)
          return settle({ connected: false, because: 'unreachable', detail: 'not an rtmp(s) address' });
        if (!PLAIN_KEY.test(streamKey))
          return settle({ connected: false, because: 'key-refused', detail: 'the key is not plain text' });
        phase = { at: 'dialing', link: undefined, settle };
        // Plain TCP has no certificate to doubt, and FFmpeg's own listener serves its first connection only.
        if (!target.secure) return start(target);
        phase.link = dial(target);
        limitTimer = setTimeout(
          () => fail({ because: 'timed-out', detail: 'no answer while dialing' }),
          limits.stageMs,
        );
        return undefined;
      });
      return opened;
    },
    send(tag) {
      if (phase.at !== 'open') return false;
      // At any other time FFmpeg takes metadata for a track of its own, and holds all back for more of that.
      write(phase.copy, toFlvBytes(tag.kind === 'script' ? { ...tag, timestampMs: 0 } : tag), true);
      isFull ||= queuedBytes() > limits.queueHighBytes;
      return !isFull;
    },
    close() {
      closed ??= new Promise<Closed>((settle) => {
        if (phase.at !== 'open') {
          fail({ because: 'reset', detail: 'given up' });
          return settle({ flushed: false, because: 'reset' });
        }
        phase = { at: 'closing', copy: phase.copy, settle };
        limitTimer = setTimeout(() => fail({ because: 'timed-out', detail: 'closing took too long' }), limits.closeMs);
        phase.copy.end();
        return undefined;
      });
      return closed;
    },
    abandon() {
      if (phase.at === 'open') stop();
      else fail({ because: 'reset', detail: 'given up' });
    },
    stats() {
      const { flushedBytes, acknowledgedBytes, rule } = delivery.totals();
      return { sentBytes: flushedBytes, queuedBytes: queuedBytes(), acknowledgedBytes, rule };
    },
  };
};
