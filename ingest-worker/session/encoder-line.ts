import { LIMITS } from '../limits.ts';
import { ffmpegArgs } from '../media/ffmpeg-args.ts';
import type { Encoder, EncoderEvent, StartEncoder } from '../media/encoder.ts';
import { pipelineOf } from '../media/container.ts';
import type { Reached } from '../media/ring.ts';
import type { Intake } from './intake.ts';

type Parts = {
  startEncoder: StartEncoder;
  intake: Intake;
  /** How far publishing has come: a run that follows another takes up from there. */
  published: () => Reached;
  /** Another run makes the tags that follow. */
  onBegun: () => void;
  onTag: (tag: Extract<EncoderEvent, { type: 'tag' }>['tag']) => void;
  /** `at`, `stuck`: the GOP with which the next run would begin, and whether this one did; `more`: another takes the rest. */
  onExited: (exit: { clean: boolean; more: boolean; detail: string; at: number | undefined; stuck: boolean }) => void;
};

/** Feeds the ring to one FFmpeg after another (SPEC §E). */
export type EncoderLine = {
  /** Starts a run: with init, then from the newest GOP from which nothing is missing; or the first after byte `past`. */
  start(past: number | undefined): void;
  /** Writes what has come since, as far as FFmpeg takes it. */
  pump(): void;
  /** Takes no byte from `offset` on. */
  limit(offset: number): void;
  /** No more input will come: the run ends when it has all, up to the limit. */
  end(): void;
  kill(): void;
  hold(held: boolean): void;
  readonly pid: number | undefined;
  /** Pictures that FFmpeg left out to keep its pace, and those in GOPs that killed it. */
  readonly droppedFrames: number;
};

type Run = {
  encoder: Encoder;
  from: number;
  cursor: number;
  sound: boolean;
  full: boolean;
  ended: boolean;
  more: boolean;
};

export const createEncoderLine = ({
  startEncoder,
  intake,
  published,
  onBegun,
  onTag,
  onExited,
}: Parts): EncoderLine => {
  const { ring } = intake;
  let run: Run | undefined;
  /** Wanted, but no GOP to begin with is here yet. */
  let waiting: { past: number | undefined } | undefined;
  let ending = false;
  let stopAt = Infinity;
  let held = false;
  let resumeFrom: number | undefined;
  let droppedFrames = 0;
  let droppedBefore = 0;

  const tryStart = (): void => {
    if (!waiting || !intake.init) return;
    const reached = published();
    const boundary = ring.resumePoint(reached, waiting.past);
    const from = resumeFrom ?? boundary?.offset;
    // Beyond the limit lies what the next worker takes.
    if (from === undefined || from >= stopAt) {
      if (!ending) return;
      waiting = undefined;
      onExited({ clean: true, more: false, detail: 'nothing left to encode', at: undefined, stuck: false });
      return;
    }
    if (boundary && waiting.past !== undefined)
      droppedFrames += intake.picturesBetween(reached.videoMs ?? boundary.videoMs, boundary.videoMs);
    waiting = undefined;
    resumeFrom = undefined;
    begin(from, intake.init);
  };

  const begin = (from: number, { bytes, facts }: NonNullable<Intake['init']>): void => {
    const sound = facts.audio !== undefined && intake.heard;
    const reached = published();
    const again = reached.videoMs !== undefined || reached.audioMs !== undefined;
    const pipeline = pipelineOf(facts);
    const args = ffmpegArgs({ facts, pipeline, sound, published: again ? reached : undefined });
    onBegun();
    const encoder = startEncoder({
      args,
      nice: LIMITS.encoderNice[pipeline],
      onEvent: (event) => run?.encoder === encoder && heard(event),
    });
    run = { encoder, from, cursor: from, sound, full: false, ended: false, more: false };
    droppedBefore = droppedFrames;
    if (held) encoder.pause();
    run.full = !encoder.write(bytes);
    pump();
  };

  const heard = (event: EncoderEvent): void => {
    if (!run) return;
    switch (event.type) {
      case 'tag':
        return onTag(event.tag);
      case 'progress':
        droppedFrames = droppedBefore + event.droppedFrames;
        return;
      case 'drained':
        run.full = false;
        return pump();
      case 'exited':
        return exited(run, event);
    }
  };

  const exited = ({ more, from }: Run, { clean, detail }: Extract<EncoderEvent, { type: 'exited' }>): void => {
    run = undefined;
    if (!clean) resumeFrom = undefined;
    const next = ring.resumePoint(published())?.offset;
    const stuck = next === undefined || next <= from;
    onExited({ clean, more: clean && more, detail, at: stuck ? from : next, stuck });
  };

  const pump = (): void => {
    if (waiting) return tryStart();
    if (!run || run.ended) return;
    if (!run.sound && intake.heard && intake.init?.facts.audio) return finish(run, { more: true });
    while (!run.full) {
      const next = ring.read(run.cursor);
      if (!next) {
        if (ending) finish(run, { more: false });
        return;
      }
      // What an encoder has begun to read it cannot leave half read: the rest goes to the next one.
      if ('gapTo' in next) return finish(run, { more: true, from: next.gapTo });
      const bytes = next.bytes.subarray(0, Math.max(0, stopAt - run.cursor));
      if (bytes.byteLength === 0) return ending ? finish(run, { more: false }) : undefined;
      run.cursor += bytes.byteLength;
      run.full = !run.encoder.write(bytes);
    }
  };

  const finish = (current: Run, { more, from }: { more: boolean; from?: number }): void => {
    Object.assign(current, { ended: true, more });
    resumeFrom = from;
    current.encoder.end();
  };

  return {
    start: (past) => {
      waiting = { past };
      tryStart();
    },
    pump,
    limit: (offset) => {
      stopAt = offset;
    },
    end: () => {
      ending = true;
      pump();
    },
    kill: () => {
      waiting = undefined;
      run?.encoder.kill();
    },
    hold: (wanted) => {
      if (held === wanted) return;
      held = wanted;
      if (wanted) run?.encoder.pause();
      else run?.encoder.resume();
    },
    get pid() {
      return run?.encoder.pid;
    },
    get droppedFrames() {
      return droppedFrames;
    },
  };
};
