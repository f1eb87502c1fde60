import { LIMITS } from '../limits.ts';
import { ffmpegArgs } from '../media/ffmpeg-args.ts';
import type { Encoder, EncoderEvent, StartEncoder } from '../media/encoder.ts';
import { type Pipeline, pipelineOf } from '../media/container.ts';
import type { StartRepackager } from '../media/repackager.ts';
import type { Reached } from '../media/ring.ts';
import type { ContainerStream } from './container-stream.ts';

type Parts = {
  startEncoder: StartEncoder;
  /** Takes the place of an encoder where nothing is encoded; undefined: FFmpeg copies as well. */
  startRepackager: StartRepackager | undefined;
  containerStream: ContainerStream;
  /** Pictures a second that the client has announced. */
  frameRate: number | undefined;
  /** How far encoding has come: an encoder that follows another goes on from there. */
  encoded: () => Reached;
  /** Another encoder, of this kind, makes the tags that follow. */
  onStarted: (pipeline: Pipeline) => void;
  onTag: (tag: Extract<EncoderEvent, { type: 'tag' }>['tag']) => void;
  onExited: (exit: EncoderExit) => void;
};

export type EncoderExit = {
  clean: boolean;
  /** It ended so that another encoder takes the rest. */
  more: boolean;
  /** FFmpeg's last words, for the log. */
  detail: string;
  /** Byte of the GOP with which the next encoder would begin. */
  at: number | undefined;
  /** The encoder that exited began with that very GOP, too. */
  stuck: boolean;
};

/** Feeds the ring to one encoder after another, at most one at a time (SPEC §E). */
export type EncoderSupervisor = {
  /** Starts an encoder with init and the newest GOP from which nothing is missing, or the first GOP after byte `past`. */
  start(past: number | undefined): void;
  /** Writes what has come since, as far as FFmpeg takes it. */
  pump(): void;
  /** No byte from `offset` on is encoded. */
  limit(offset: number): void;
  /** No more input will come: the encoder ends when it has all, up to the limit. */
  end(): void;
  /** Ends the encoder at once. */
  kill(): void;
  /** Makes the encoder wait, or go on. */
  hold(held: boolean): void;
  /** Pictures that FFmpeg left out to keep its pace, and those in GOPs that killed it. */
  readonly droppedFrames: number;
};

type Running = {
  is: 'running';
  encoder: Encoder;
  /** It changes the framing only, in this process. */
  repackages: boolean;
  pipeline: Pipeline;
  sound: boolean;
  /** Byte with which it began, and the next one to write. */
  from: number;
  cursor: number;
  /** It takes no input for now. */
  full: boolean;
  /** Once its input has ended: whether another encoder takes the rest, and from which byte where that is known. */
  ended: { more: boolean; resumeFrom: number | undefined } | undefined;
  /** Pictures that it has left out to keep its pace. */
  droppedFrames: number;
};

/** `resumeFrom` is the byte at which the last encoder had to stop because media is missing before it. */
type State =
  | { is: 'idle'; resumeFrom: number | undefined }
  /** An encoder is wanted, but no GOP to begin with is here yet. */
  | { is: 'waiting'; past: number | undefined; resumeFrom: number | undefined }
  | Running;

export const createEncoderSupervisor = ({
  startEncoder,
  startRepackager,
  containerStream,
  frameRate,
  encoded,
  onStarted,
  onTag,
  onExited,
}: Parts): EncoderSupervisor => {
  const { ring } = containerStream;
  let state: State = { is: 'idle', resumeFrom: undefined };
  /** What was asked for, whatever the state. */
  const wanted = { limit: Infinity, end: false, held: false };
  /** Dropped by earlier encoders, and in GOPs that were passed over. */
  let droppedBefore = 0;
  /** The recording has what only FFmpeg can take apart. */
  let needsFfmpeg = false;

  const tryStart = ({ past, resumeFrom }: Extract<State, { is: 'waiting' }>): void => {
    const { init } = containerStream;
    if (!init) return;
    const reached = encoded();
    const boundary = ring.resumePoint(reached, past);
    const from = resumeFrom ?? boundary?.offset;
    // Beyond the limit lies what the next worker takes.
    if (from === undefined || from >= wanted.limit) {
      if (!wanted.end) return;
      state = { is: 'idle', resumeFrom };
      onExited({ clean: true, more: false, detail: 'nothing left to encode', at: undefined, stuck: false });
      return;
    }
    if (boundary && past !== undefined)
      droppedBefore += containerStream.picturesBetween(reached.videoMs ?? boundary.videoMs, boundary.videoMs);
    begin(from, init);
  };

  const begin = (from: number, { bytes, facts }: NonNullable<ContainerStream['init']>): void => {
    const sound = facts.audio !== undefined && containerStream.heard;
    const reached = encoded();
    const follows = reached.videoMs !== undefined || reached.audioMs !== undefined;
    const pipeline = pipelineOf(facts);
    const repackage = pipeline === 'copy' && !needsFfmpeg ? startRepackager : undefined;
    const onEvent = (event: EncoderEvent): void => {
      if (state.is === 'running' && state.encoder === encoder) heard(state, event);
    };
    onStarted(pipeline);
    const encoder = repackage
      ? repackage({ facts, sound, onEvent })
      : startEncoder({
          args: ffmpegArgs({ facts, pipeline, sound, frameRate, published: follows ? reached : undefined }),
          nice: LIMITS.encoderNice[pipeline],
          onEvent,
        });
    const running: Running = {
      is: 'running',
      encoder,
      repackages: repackage !== undefined,
      pipeline,
      sound,
      from,
      cursor: from,
      full: false,
      ended: undefined,
      droppedFrames: 0,
    };
    state = running;
    if (wanted.held) encoder.pause();
    running.full = !encoder.write(bytes);
    pump();
  };

  const heard = (running: Running, event: EncoderEvent): void => {
    switch (event.type) {
      case 'tag':
        return onTag(event.tag);
      case 'progress':
        running.droppedFrames = event.droppedFrames;
        return;
      case 'drained':
        running.full = false;
        return pump();
      case 'exited':
        return exited(running, event);
    }
  };

  const exited = (
    { ended, from, droppedFrames, repackages }: Running,
    { clean, detail, unsupported }: Extract<EncoderEvent, { type: 'exited' }>,
  ): void => {
    // No death: FFmpeg takes the same bytes, from the first that is not published yet.
    if (repackages && unsupported) {
      needsFfmpeg = true;
      state = { is: 'waiting', past: undefined, resumeFrom: undefined };
      return tryStart(state);
    }
    droppedBefore += droppedFrames;
    state = { is: 'idle', resumeFrom: clean ? ended?.resumeFrom : undefined };
    const next = ring.resumePoint(encoded())?.offset;
    const stuck = next === undefined || next <= from;
    onExited({ clean, more: clean && ended?.more === true, detail, at: stuck ? from : next, stuck });
  };

  const pump = (): void => {
    if (state.is === 'waiting') return tryStart(state);
    if (state.is === 'running' && !state.ended) feed(state);
  };

  const feed = (running: Running): void => {
    if (!running.sound && containerStream.heard && containerStream.init?.facts.audio)
      return finish(running, { more: true });
    // A picture has come that a copy of is not what viewers are to see: another encoder takes it, and the rest.
    if (running.pipeline !== 'transcode' && isTranscoded()) return finish(running, { more: true });
    while (!running.full) {
      const next = ring.read(running.cursor);
      if (!next) return wanted.end ? finish(running, { more: false }) : undefined;
      // What an encoder has begun to read it cannot leave half read: the rest goes to the next one.
      if ('gapTo' in next) return finish(running, { more: true, resumeFrom: next.gapTo });
      if (running.cursor >= wanted.limit) return wanted.end ? finish(running, { more: false }) : undefined;
      // The limit may be moved on later: what lies beyond it is still to be read then.
      const upTo = Math.min(next.next, wanted.limit);
      const isRewritten = next.bytes.byteLength !== next.next - running.cursor;
      if (isRewritten && upTo < next.next) return wanted.end ? finish(running, { more: false }) : undefined;
      const bytes = isRewritten ? next.bytes : next.bytes.subarray(0, upTo - running.cursor);
      running.cursor = upTo;
      running.full = !running.encoder.write(bytes);
    }
  };

  const isTranscoded = (): boolean => {
    const { init } = containerStream;
    return init !== undefined && pipelineOf(init.facts) === 'transcode';
  };

  const finish = (running: Running, { more, resumeFrom }: { more: boolean; resumeFrom?: number }): void => {
    running.ended = { more, resumeFrom };
    running.encoder.end();
  };

  return {
    start: (past) => {
      state = { is: 'waiting', past, resumeFrom: state.is === 'running' ? undefined : state.resumeFrom };
      tryStart(state);
    },
    pump,
    limit: (offset) => {
      wanted.limit = offset;
    },
    end: () => {
      wanted.end = true;
      pump();
    },
    kill: () => {
      if (state.is === 'waiting') state = { is: 'idle', resumeFrom: undefined };
      if (state.is === 'running') state.encoder.kill();
    },
    hold: (held) => {
      if (wanted.held === held) return;
      wanted.held = held;
      if (state.is !== 'running') return;
      if (held) state.encoder.pause();
      else state.encoder.resume();
    },
    get droppedFrames() {
      return droppedBefore + (state.is === 'running' ? state.droppedFrames : 0);
    },
  };
};
