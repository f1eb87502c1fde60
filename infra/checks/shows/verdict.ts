import { OUTPUT_OFFSET_MS } from '../../../ingest-worker/media/ffmpeg-args.ts';
import type { Recorded, RecordedFrame } from '../../../ingest-worker/publish/sink/recording.testing.ts';
import type { Skip } from './publisher.ts';
import type { Reference, ReferenceFrame } from './reference.ts';

/** What the sink has of a show, held against what was recorded. */
export type Measured = {
  sent: Counts;
  missing: Counts;
  /** Within one RTMPS session. */
  doubled: Counts;
  reordered: Counts;
  /** Again in a later session: what the earlier one had not acknowledged. */
  repeated: Counts;
  /** Frames that differ from what was recorded, where they are only copied. */
  altered: number;
  /** At times at which nothing was recorded. */
  foreign: Counts;
  /** The last picture again, while a camera that was away gave none. */
  stills: number;
  /** What the publisher left out, and said so. */
  skipped: Counts;
  largestGapMs: Counts;
  /** By how much sound has moved against the picture. */
  avShiftMs: number;
  rtmpsSessions: number;
};
export type Counts = { video: number; audio: number };

type Kind = keyof Counts;

type Parts = {
  reference: Reference;
  sessions: readonly Recorded[];
  /** Encoders have been started anew: sound that is encoded may lie on another grid since. */
  restarted: boolean;
  skips?: readonly Skip[];
  /** How often the recording's clock jumped: a jump is no time that passed, and a picture or less beside what it was (SPEC E15). */
  jumps?: number | undefined;
  /** The camera was away: where nothing was recorded, the last picture may come again (SPEC E16). */
  hasStills?: boolean | undefined;
};

/** Recorder clocks and container clocks differ by less. */
const SKIP_MARGIN_MS = 400;
/** By how much a jump may move what follows, on each track. */
const JUMP_MS = 140;

export const measure = ({
  reference,
  sessions: given,
  restarted,
  skips = [],
  jumps = 0,
  hasStills = false,
}: Parts): Measured => {
  const { frames: recorded, pipeline, pictures } = reference;
  const stills = new Set(hasStills && pipeline === 'transcode' ? findStills(recorded, given) : []);
  const sessions = given.map((session) => ({
    ...session,
    frames: session.frames.filter((frame) => !stills.has(frame)),
  }));
  const copied = { video: pipeline !== 'transcode', audio: pipeline === 'copy' };
  const both = <Value>(of: (kind: Kind) => Value): Record<Kind, Value> => ({ video: of('video'), audio: of('audio') });
  const wanted = both((kind) => identify(recorded.filter((frame) => frame.kind === kind)));
  const arrived = both((kind) =>
    sessions.map(({ frames }) => {
      const timed = frames.filter((frame) => frame.kind === kind).map((frame) => ({ ...frame, atMs: frame.dtsMs }));
      return identify(jumps === 0 ? timed : ontoRecorded(timed, wanted[kind], copied[kind], jumps * JUMP_MS));
    }),
  );
  const times = both((kind) => sorted(new Set(arrived[kind].flat().map(({ atMs }) => atMs))));
  /** The same by the published clock. */
  const published = both((kind) =>
    given.map(({ frames }) => frames.filter((frame) => frame.kind === kind).map(({ dtsMs }) => dtsMs)),
  );
  const publishedTimes = both((kind) => sorted(new Set(published[kind].flat())));
  const isLoose = both((kind) => kind === 'audio' && !copied.audio && (restarted || skips.length > 0 || jumps > 0));
  const isSkipped = (atMs: number): boolean =>
    skips.some(
      ({ fromMs, toMs }) =>
        atMs - OUTPUT_OFFSET_MS > fromMs - SKIP_MARGIN_MS && atMs - OUTPUT_OFFSET_MS < toMs + SKIP_MARGIN_MS,
    );

  const lost = both((kind) => {
    const there = new Set(arrived[kind].flat().map(({ id }) => id));
    const lacking = wanted[kind].filter(({ id }) => !there.has(id)).map(({ atMs }) => atMs);
    return kind === 'video' ? lacking.filter((atMs) => pictures.has(atMs)) : lacking;
  });
  const known = both((kind) => new Map(wanted[kind].map(({ id, crc }) => [id, crc])));
  /** Neither what was recorded nor the same again: at a time at which there was another, it is a double. */
  const strange = both((kind) => {
    const at = new Set(wanted[kind].map(({ atMs }) => atMs));
    const unknown = arrived[kind].flat().filter(({ id }) => !known[kind].has(id));
    return {
      foreign: unknown.filter(({ atMs }) => !at.has(atMs)),
      doubled: unknown.filter(({ atMs }) => at.has(atMs)),
    };
  });

  return {
    sent: both((kind) => wanted[kind].length),
    missing: both((kind) =>
      isLoose[kind]
        ? countHoles(times[kind], wanted[kind], skips.length > 0 ? isSkipped : () => false)
        : lost[kind].filter((atMs) => !isSkipped(atMs)).length,
    ),
    skipped: both((kind) => lost[kind].filter(isSkipped).length),
    doubled: both((kind) =>
      isLoose[kind]
        ? sum(arrived[kind].map((frames) => frames.length - new Set(frames.map(({ atMs }) => atMs)).size))
        : strange[kind].doubled.length,
    ),
    reordered: both((kind) => sum(published[kind].map(countStepsBack))),
    repeated: both((kind) => {
      const frames = arrived[kind].flat();
      return frames.length - new Set(frames.map(({ id }) => id)).size;
    }),
    altered: copied.video
      ? arrived.video.flat().filter(({ id, crc }) => (known.video.get(id) ?? crc) !== crc).length
      : 0,
    foreign: both((kind) => (isLoose[kind] ? 0 : strange[kind].foreign.length)),
    stills: stills.size,
    largestGapMs: both((kind) => largestGap(publishedTimes[kind])),
    avShiftMs: shift(publishedTimes, wanted),
    rtmpsSessions: sessions.length,
  };
};

type Timed = { atMs: number; crc: number };

/** A frame is known by its time and its place among those of the same time: recorders give two pictures one millisecond. */
const identify = <Frame extends Timed>(frames: readonly Frame[]): (Frame & { id: string })[] => {
  const at = new Map<number, number>();
  return frames.map((frame) => {
    const place = at.get(frame.atMs) ?? 0;
    at.set(frame.atMs, place + 1);
    return { ...frame, id: `${frame.atMs}#${place}` };
  });
};
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const sorted = (values: Iterable<number>): number[] => [...values].sort((one, other) => one - other);

/** So much nothing must have been recorded before the last picture may come again. */
const STILL_AFTER_MS = 900;
/** Two key frames take turns. */
const STILL_BODIES = 2;

/** Key frames where no picture was recorded, of two bodies at most between one recorded picture and the next. */
const findStills = (recorded: readonly ReferenceFrame[], sessions: readonly Recorded[]): RecordedFrame[] => {
  const times = recorded.filter(({ kind }) => kind === 'video').map(({ atMs }) => atMs);
  return gaps([...times, Infinity])
    .filter(({ ms }) => ms > STILL_AFTER_MS)
    .flatMap(({ afterMs, ms }) => {
      const within = sessions
        .flatMap(({ frames }) => frames)
        .filter(({ kind, key, dtsMs }) => kind === 'video' && key && dtsMs > afterMs && dtsMs < afterMs + ms);
      return new Set(within.map(({ crc }) => crc)).size <= STILL_BODIES ? within : [];
    });
};

/**
 * Frames at the times at which they were recorded, as far as they are no further from them than `driftMs`: a copied frame is known by
 * what is in it, others by their order where none is missing, else by the time since the one before.
 */
const ontoRecorded = <Frame extends Timed>(
  frames: readonly Frame[],
  recorded: readonly ReferenceFrame[],
  isCopied: boolean,
  driftMs: number,
): Frame[] => {
  let next = 0;
  let drift = 0;
  return frames.map((frame, index) => {
    const isNear = (wanted: ReferenceFrame | undefined): wanted is ReferenceFrame =>
      wanted !== undefined && Math.abs(frame.atMs - wanted.atMs) <= driftMs;
    const distance = ({ atMs }: ReferenceFrame): number => Math.abs(frame.atMs - drift - atMs);
    const near: ReferenceFrame[] = [];
    for (let at = next; at < recorded.length; at++) {
      const one = recorded[at];
      if (!one || one.atMs > frame.atMs + driftMs) break;
      if (isNear(one)) near.push(one);
    }
    const inOrder = recorded[index];
    const found = isCopied
      ? near.find(({ crc }) => crc === frame.crc)
      : frames.length === recorded.length && isNear(inOrder)
        ? inOrder
        : near.sort((one, other) => distance(one) - distance(other))[0];
    if (!found) return frame;
    next = recorded.indexOf(found, next) + 1;
    drift = frame.atMs - found.atMs;
    return { ...frame, atMs: found.atMs };
  });
};

const countStepsBack = (times: readonly number[]): number =>
  times.filter((atMs, index) => atMs < (times[index - 1] ?? atMs)).length;

const gaps = (times: readonly number[]): { afterMs: number; ms: number }[] =>
  times.slice(1).map((atMs, index) => ({ afterMs: times[index] ?? 0, ms: atMs - (times[index] ?? 0) }));

export const largestGap = (times: readonly number[]): number => Math.max(0, ...gaps(times).map(({ ms }) => ms));

/** Whole frames that fit into the holes between those that came, and before and after them. */
const countHoles = (
  times: readonly number[],
  wanted: readonly ReferenceFrame[],
  isExcused: (atMs: number) => boolean,
): number => {
  const recorded = wanted.map(({ atMs }) => atMs);
  const frameMs = median(gaps(recorded).map(({ ms }) => ms));
  const bounds = [(recorded[0] ?? 0) - frameMs, ...times, (recorded.at(-1) ?? 0) + frameMs];
  // The recording may have holes of its own, between one round of it and the next.
  const own = largestGap(recorded);
  return sum(
    gaps(sorted(bounds))
      .filter(({ afterMs, ms }) => ms > Math.max(own, frameMs * 1.5) && !isExcused(afterMs + ms / 2))
      .map(({ ms }) => Math.floor(ms / frameMs + ROUNDING) - 1),
  );
};

/** Of times in whole milliseconds. */
const ROUNDING = 0.1;

const median = (values: readonly number[]): number => sorted(values)[Math.floor(values.length / 2)] ?? 0;

/** The end of sound against the end of the picture, as it came and as it was recorded. */
const shift = (times: Record<Kind, number[]>, wanted: Record<Kind, ReferenceFrame[]>): number => {
  const last = (kind: Kind): [came: number, recorded: number] => [
    times[kind].at(-1) ?? 0,
    wanted[kind].at(-1)?.atMs ?? 0,
  ];
  const [[video, videoRecorded], [audio, audioRecorded]] = [last('video'), last('audio')];
  return audio - video - (audioRecorded - videoRecorded);
};
