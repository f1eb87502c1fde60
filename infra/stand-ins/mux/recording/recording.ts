import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Limits } from '../limits.ts';
import { flvStart, flvTag, kindOf, type MediaMessage, type Tracks } from './flv.ts';
import { startRun, type Run } from './run.ts';
import { openTimeline, type Timeline } from './timeline.ts';

type Settings = {
  ffmpegPath: string;
  dir: string;
  limits: Limits;
  closing: AbortSignal;
  now: () => number;
  log: (line: string) => void;
  /** FFmpeg fails again and again. */
  failed: () => void;
};

/** One connection of an encoder. */
type Source = {
  tracks: () => Tracks;
  /** FFmpeg cannot follow: no more media until `release`. */
  hold: () => void;
  release: () => void;
  /** A segment more is on disk. */
  grown: (segment: { seconds: number; bytes: number }) => void;
};

/** The media of one asset while it is recorded: as many runs as the encoder had connections. */
export type Recording = {
  timeline: Timeline;
  /** The next media begins a new run. */
  begin: (source: Source) => void;
  write: (message: MediaMessage) => void;
  /** No more of this run; resolves when all of it is on disk. */
  endRun: () => Promise<void>;
};

export const openRecording = ({ ffmpegPath, dir, limits, closing, now, log, failed }: Settings): Recording => {
  const timeline = openTimeline(dir);
  let runs = timeline.segments.reduce((most, { run }) => Math.max(most, run + 1), 0);
  let failures = 0;
  let source: Source | undefined;
  let current: Run | undefined;
  /** Every earlier run has told its last segment: runs never overlap in the timeline. */
  let earlier: Promise<void> = Promise.resolve();

  const start = (first: MediaMessage, { tracks, grown }: Source): Run => {
    const run = runs;
    runs += 1;
    const before = earlier;
    let at = now();
    const told = (segment: { file: string; seconds: number }): void => {
      const bytes = statSync(join(dir, segment.file)).size;
      timeline.append({ run, ...segment, bytes, at_ms: at });
      at += segment.seconds * 1_000;
      failures = 0;
      grown({ seconds: segment.seconds, bytes });
    };
    let telling = before;
    const started = startRun({
      ffmpegPath,
      dir,
      run,
      limits,
      closing,
      segment: (segment) => {
        telling = telling
          .then(() => told(segment))
          .catch((cause: unknown) => log(`a segment is lost: ${String(cause)}`));
      },
      drained: () => source?.release(),
    });
    const done = started.exited.then(() => telling);
    earlier = before.then(() => done);
    void started.exited.then(({ clean, lastWords }) => {
      if (current !== started) return;
      current = undefined;
      source?.release();
      failures += 1;
      log(`FFmpeg left in the middle of a recording${clean ? '' : `: ${lastWords}`}`);
      if (failures >= limits.recorderFailures) failed();
    });
    started.write(flvStart(tracks(), first.timestampMs));
    return started;
  };

  /** After a failure only a key frame can begin again. */
  const canBegin = (message: MediaMessage): boolean => {
    const kind = kindOf(message);
    return (
      kind === 'key-frame' ||
      (kind === 'audio' && (failures === 0 || !source?.tracks().video)) ||
      (kind === 'frame' && failures === 0)
    );
  };

  return {
    timeline,
    begin(next) {
      source = next;
      failures = 0;
    },
    write(message) {
      if (!source) return;
      if (!current) {
        if (!canBegin(message)) return;
        current = start(message, source);
      }
      if (!current.write(flvTag(message))) source.hold();
    },
    async endRun() {
      const ending = current;
      current = undefined;
      source?.release();
      source = undefined;
      await ending?.end();
      await earlier;
    },
  };
};
