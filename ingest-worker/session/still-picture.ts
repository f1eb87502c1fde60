import { LIMITS } from '../limits.ts';
import { pipelineOf } from '../media/container.ts';
import type { Encoder, EncoderEvent, StartEncoder } from '../media/encoder.ts';
import { ffmpegArgs } from '../media/ffmpeg-args.ts';
import type { FlvTag } from '../media/flv-tag.ts';
import type { Reached } from '../media/ring.ts';
import type { ContainerStream } from './container-stream.ts';

type Parts = {
  startEncoder: StartEncoder;
  containerStream: ContainerStream;
  frameRate: number | undefined;
  /** How far encoding has come. */
  encoded: () => Reached;
  clock: () => number;
  /** The first copy is there, later than the sound beside it. */
  onCopy: (tag: FlvTag) => void;
};

/**
 * Repeats the last picture of a transcode while sound goes on and the camera gives nothing (SPEC E16). Players wait for a picture,
 * and Mux ends no segment without one. An encoder of its own makes the last picture into a key frame once; the copies go out
 * between the sound, by the sound's clock.
 */
export type StillPicture = {
  /** What to publish of this tag: before sound, the last picture again where it is due. */
  pass(tag: FlvTag): FlvTag[];
  /** The encoder whose tags these are has ended. */
  stop(): void;
};

/** So far behind the sound a picture is missing. */
const MISSING_MS = 1_000;
/** Between two copies. */
const EVERY_MS = 500;
/** So long after its last key frame an encoder's next picture is one, also one that comes late: nothing leans on what was before. */
const KEY_MS = 3_000;
/** A camera that comes and goes starts no encoder more often. */
const REST_MS = 10_000;

/** What makes the picture, and what of it there is: two key frames of the same picture, which decoders can tell apart. */
type Still = { encoder: Encoder; cursor: number; full: boolean; copies: FlvTag[]; done: boolean };

export const createStillPicture = ({
  startEncoder,
  containerStream,
  frameRate,
  encoded,
  clock,
  onCopy,
}: Parts): StillPicture => {
  const { ring } = containerStream;
  let lastPictureMs: number | undefined;
  let lastKeyMs = 0;
  let lastSoundMs = 0;
  let lastCopyMs: number | undefined;
  let setUp: Buffer | undefined;
  let still: Still | undefined;
  let startedMs = Number.NEGATIVE_INFINITY;
  let copied = 0;

  const feed = (making: Still): void => {
    while (!making.full) {
      const next = ring.read(making.cursor);
      if (!next || 'gapTo' in next) return making.encoder.end();
      making.cursor = next.next;
      making.full = !making.encoder.write(next.bytes);
    }
  };

  const heard = (making: Still, event: EncoderEvent): void => {
    if (event.type === 'drained') {
      making.full = false;
      feed(making);
    }
    if (event.type === 'exited') {
      making.done = true;
      if (making === still) for (const copy of copiesAt(lastSoundMs)) onCopy(copy);
    }
    if (event.type !== 'tag' || event.tag.kind !== 'video') return;
    // A decoder that is set up otherwise would make nothing of it.
    if (event.tag.header && setUp && !event.tag.body.equals(setUp)) making.encoder.kill();
    else if (event.tag.key) making.copies.push(event.tag);
  };

  const start = (): void => {
    const { init } = containerStream;
    const { newestMs } = ring;
    const from = ring.resumePoint(encoded())?.offset;
    if (!init || newestMs === undefined || from === undefined || clock() - startedMs < REST_MS) return;
    const { facts } = init;
    if (pipelineOf(facts) !== 'transcode') return;
    startedMs = clock();
    const encoder = startEncoder({
      args: ffmpegArgs({ facts, pipeline: 'transcode', sound: false, frameRate, stillAtMs: newestMs }),
      nice: LIMITS.encoderNice.transcode,
      onEvent: (event) => heard(making, event),
    });
    const making: Still = { encoder, cursor: from, full: false, copies: [], done: false };
    still = making;
    making.full = !encoder.write(init.bytes);
    feed(making);
  };

  const stop = (): void => {
    if (still && !still.done) still.encoder.kill();
    still = undefined;
  };

  const pictureCame = (tag: FlvTag): FlvTag[] => {
    stop();
    const timestampMs = lastCopyMs === undefined ? tag.timestampMs : Math.max(tag.timestampMs, lastCopyMs + 1);
    lastPictureMs = timestampMs;
    if (tag.key) lastKeyMs = timestampMs;
    return timestampMs === tag.timestampMs ? [tag] : [{ ...tag, timestampMs }];
  };

  /** The next copy, where one is due beside the sound of this time. */
  const copiesAt = (timestampMs: number): FlvTag[] => {
    if (!still?.done || timestampMs < (lastCopyMs ?? 0) + EVERY_MS) return [];
    const copy = still.copies[copied++ % still.copies.length];
    if (!copy) return [];
    lastCopyMs = timestampMs;
    return [{ ...copy, timestampMs }];
  };

  const soundCame = (tag: FlvTag): FlvTag[] => {
    const { timestampMs } = tag;
    lastSoundMs = timestampMs;
    if (lastPictureMs === undefined || timestampMs < Math.max(lastPictureMs + MISSING_MS, lastKeyMs + KEY_MS))
      return [tag];
    if (!still) start();
    return [...copiesAt(timestampMs), tag];
  };

  return {
    pass: (tag) => {
      if (tag.kind === 'script') return [tag];
      if (tag.header) {
        if (tag.kind === 'video') setUp = tag.body;
        return [tag];
      }
      return tag.kind === 'video' ? pictureCame(tag) : soundCame(tag);
    },
    stop,
  };
};
