import { toErrorCode, type Failure } from './failure.ts';
import { startFfmpegCopy, type FfmpegCopy } from './ffmpeg-copy.ts';
import { createFlow } from './flow.ts';
import { FLV_HEADER, toFlvBytes } from './flv-writer.ts';
import { createLife } from './life.ts';
import { openLink, type Link } from './link.ts';
import { PUBLISH_LIMITS, type PublishLimits } from './publish-limits.ts';
import { parseTarget, type Target } from './target.ts';
import { createTrust, type Trust } from './trust.ts';
import type { CreatePublisher, Publisher, PublisherOptions } from '../session/publisher.ts';

type Parts = { ffmpegPath: string; limits?: PublishLimits; now?: () => number };

/** What fits on one line of a preset and needs no quoting there. */
const PLAIN_KEY = /^[\x21-\x7e]{1,512}$/;

/** FFmpeg's words for any status of level error; it does not pass on the code. */
const REFUSED = 'Server error:';

/**
 * Publishers that are an FFmpeg process each, for a server that dislikes our own RTMP. They hear no acknowledgements and
 * no status codes, so the weaker rule is always in force and refusals are told less exactly.
 */
export const createFfmpegPublishers = ({
  ffmpegPath,
  limits = PUBLISH_LIMITS,
  now = () => performance.now(),
}: Parts): CreatePublisher => {
  const trust = createTrust();
  return (options) => createFfmpegPublisher({ ffmpegPath, limits, now, trust, options });
};

const createFfmpegPublisher = ({
  ffmpegPath,
  limits,
  now,
  trust,
  options: { url, streamKey, ca, onEvent },
}: Required<Parts> & { trust: Trust; options: PublisherOptions }): Publisher => {
  let link: Link | undefined;
  let copy: FfmpegCopy | undefined;

  const life = createLife({
    streamKey,
    limits: { ...limits, openMs: limits.stageMs },
    onEvent,
    look: () => flow.look(),
    cut: () => {
      link?.cut();
      copy?.kill();
    },
  });
  const fail = (failure: Failure): void => life.fail(failure);
  const flow = createFlow({ limits, now, way: 'FFmpeg', fail, onEvent });

  const onExited = ({ code, words, wrote }: { code: number | null; words: string; wrote: boolean }): void => {
    if (life.at === 'closing' && code === 0) return life.finish(() => flow.allRead());
    const isRefusal = !wrote && words.includes(REFUSED);
    return fail({ because: isRefusal ? 'key-refused' : 'reset', detail: words || `FFmpeg ended with ${code}` });
  };

  const write = (bytes: Buffer, endsTag = false): boolean => {
    copy?.write(bytes);
    return flow.wrote(bytes.length, endsTag);
  };

  const start = (target: Target): void => {
    if (life.at !== 'opening') return;
    link?.cut();
    const on = { flushed: (bytes: number) => flow.flushed(bytes), exited: onExited };
    try {
      copy = startFfmpegCopy({ ffmpegPath, target, streamKey, ca, stallMs: limits.stallMs, on });
    } catch (cause) {
      return fail({ because: 'unreachable', detail: toErrorCode(cause) ?? 'FFmpeg did not start' });
    }
    write(FLV_HEADER);
    return life.opened();
  };

  const dial = (): void => {
    const target = parseTarget(url);
    if (target === undefined) return fail({ because: 'unreachable', detail: 'not an rtmp(s) address' });
    if (!PLAIN_KEY.test(streamKey)) return fail({ because: 'key-refused', detail: 'the key is not plain text' });
    // Plain TCP has no certificate to doubt, and FFmpeg's own listener serves its first connection only.
    if (!target.secure) return start(target);
    // FFmpeg dials only when the first media is there, and says little of why it could not: the way is tried first.
    const ready = (): void => start(target);
    const nothing = (): void => undefined;
    const on = { ready, data: nothing, flushed: nothing, ended: nothing, failed: fail };
    link = openLink({ target, trusted: () => trust(ca), on });
    return undefined;
  };

  return {
    connect: () => life.open(dial),
    send: (tag) => {
      if (life.at !== 'open') return false;
      // At any other time FFmpeg takes metadata for a track of its own, and holds all back for more of that.
      return write(toFlvBytes(tag.kind === 'script' ? { ...tag, timestampMs: 0 } : tag), true);
    },
    close: () => life.close(() => copy?.end()),
    abandon: () => life.abandon(),
    stats: () => flow.stats(),
  };
};
