import { createFifo } from './fifo.ts';
import type { MediaFacts } from './container.ts';
import type { Encoder, EncoderEvent } from './encoder.ts';
import { OUTPUT_OFFSET_MS } from './ffmpeg-args.ts';
import { metadataBody, pictureBody, pictureSetUpBody, soundBody, soundSetUpBody } from './flv-body.ts';
import type { FlvTag } from './flv-tag.ts';
import { createInterleaver } from './interleaver.ts';
import { createMatroskaSamples } from './matroska-samples.ts';
import { createMp4Samples } from './mp4-samples.ts';
import { NotRepackaged, type Sample, type SampleReader, type SetUps } from './samples.ts';

/**
 * H.264 and AAC from Matroska or MP4 to FLV without a process: an `Encoder` (SPEC §E) that changes the framing only, and gives the
 * very tags that FFmpeg's copy gives. What it cannot take apart it leaves to FFmpeg: `unsupported`.
 */
export type StartRepackager = (options: {
  facts: MediaFacts;
  /** False where the recording has no sound, or has a sound track and nothing on it. */
  sound: boolean;
  onEvent: (event: EncoderEvent) => void;
}) => Encoder;

/** Beyond it whoever writes is asked to wait. */
const PENDING_BYTES = 512 * 1024;
/** What is taken apart in one turn of the event loop: of samples of a byte each, so many are published in it. */
const TURN_BYTES = 8 * 1024;

export const startRepackager: StartRepackager = ({ facts, sound, onEvent }) => {
  const input = { pieces: createFifo<Buffer>(), bytes: 0 };
  const state: { order: 'run' | 'end' | 'over'; paused: boolean; asked: boolean } = {
    order: 'run',
    paused: false,
    /** Whoever writes has been asked to wait for `drained`. */
    asked: false,
  };
  let turn: NodeJS.Immediate | undefined;
  const reader = createTagger({ facts, sound, onTag: (tag) => onEvent({ type: 'tag', tag }) });

  const stop = (): void => {
    state.order = 'over';
    input.pieces.clear();
    clearImmediate(turn);
  };

  /** As many bytes as a turn may take; each tag may be the one after which we are to wait. */
  const read = (): void => {
    for (let left = TURN_BYTES; !state.paused && state.order !== 'over';) {
      const { first: piece } = input.pieces;
      if (!piece || piece.byteLength > left) return;
      input.pieces.shift();
      input.bytes -= piece.byteLength;
      left -= piece.byteLength;
      reader.push(piece);
    }
  };

  const work = (): void => {
    turn = undefined;
    try {
      read();
      if (state.order === 'end' && !state.paused && input.pieces.length === 0) {
        reader.flush();
        stop();
        return onEvent({ type: 'exited', clean: true, detail: 'nothing more came' });
      }
    } catch (cause) {
      // Whatever it is that a stranger has sent: FFmpeg finds out in a process of its own.
      stop();
      const detail = cause instanceof Error ? cause.message : String(cause);
      return onEvent({ type: 'exited', clean: false, unsupported: true, detail });
    }
    if (state.asked && input.bytes === 0 && !state.paused && state.order === 'run') {
      state.asked = false;
      onEvent({ type: 'drained' });
    }
    schedule();
  };
  /** Never within the turn of whoever writes: a session hears of tags as it does from a process. */
  const schedule = (): void => {
    const hasWork = input.pieces.length > 0 || state.order === 'end' || state.asked;
    if (!state.paused && state.order !== 'over' && hasWork) turn ??= setImmediate(work);
  };

  return {
    pid: undefined,
    write: (bytes) => {
      if (state.order !== 'run') return false;
      for (let at = 0; at < bytes.byteLength; at += TURN_BYTES) input.pieces.push(bytes.subarray(at, at + TURN_BYTES));
      input.bytes += bytes.byteLength;
      schedule();
      state.asked ||= state.paused || input.bytes > PENDING_BYTES;
      return !state.asked;
    },
    end: () => {
      if (state.order !== 'run') return;
      state.order = 'end';
      schedule();
    },
    pause: () => {
      state.paused = true;
    },
    resume: () => {
      state.paused = false;
      schedule();
    },
    kill: () => {
      if (state.order === 'over') return;
      stop();
      setImmediate(() => onEvent({ type: 'exited', clean: false, detail: 'killed' }));
    },
  };
};

/** From bytes of a container to tags in their order. */
const createTagger = ({
  facts,
  sound,
  onTag,
}: {
  facts: MediaFacts;
  sound: boolean;
  onTag: (tag: FlvTag) => void;
}): SampleReader & { flush: () => void } => {
  const interleaver = createInterleaver({ sound, onTag });
  const last = { video: 0, audio: 0 };
  let started = false;

  const header = (kind: FlvTag['kind'], body: Buffer): void =>
    onTag({ kind, timestampMs: 0, key: false, header: true, body });

  const onSetUps = ({ video, audio }: SetUps): void => {
    if (!video || !isShownAsDecoded(video)) throw new NotRepackaged('pictures that may be shown in another order');
    if (sound && !audio) throw new NotRepackaged('sound that says nothing of itself');
    header('script', metadataBody(facts.video, sound && audio ? soundOf(audio) : undefined));
    header('video', pictureSetUpBody(video));
    if (sound && audio) header('audio', soundSetUpBody(audio));
  };

  const onSample = ({ kind, atMs, key, body }: Sample): void => {
    if (kind === 'audio' && !sound) return;
    // A decoder begins with a key frame; the sound before it is heard.
    if (kind === 'video' && !started && !key) return;
    if (kind === 'video') started = true;
    const timestampMs = Math.max(last[kind], atMs + OUTPUT_OFFSET_MS);
    last[kind] = timestampMs;
    interleaver.push(kind, {
      kind,
      timestampMs,
      key,
      header: false,
      body: kind === 'video' ? pictureBody(body, key) : soundBody(body),
    });
  };

  const reader = (facts.container === 'mp4' ? createMp4Samples : createMatroskaSamples)({ onSetUps, onSample });
  return { push: reader.push, flush: interleaver.flush };
};

const BASELINE = 66;
/** Main, extended and high may promise to have no pictures that lean on later ones (H.264, A.2). */
const PROMISING = [77, 88, 100];
const NO_REORDERING = 0x04;

/** Whether pictures are shown in the order in which they are decoded, whatever comes; else times of decoding have to be found. */
const isShownAsDecoded = (avcC: Buffer): boolean => {
  const [version, profile = 0, constraints = 0] = avcC;
  if (version !== 1) return false;
  return profile === BASELINE || (PROMISING.includes(profile) && (constraints & NO_REORDERING) !== 0);
};

const SAMPLE_RATES = [
  96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350,
];

/** What AudioSpecificConfig says (ISO 14496-3, 1.6.2.1), in its short form. */
const soundOf = (config: Buffer): { sampleRate: number; channels: number } => {
  const bits = config.byteLength < 2 ? 0 : config.readUInt16BE(0);
  const [object, rate, channels] = [bits >> 11, (bits >> 7) & 0x0f, (bits >> 3) & 0x0f];
  const sampleRate = SAMPLE_RATES[rate];
  if (object === 0 || object === 31 || sampleRate === undefined || channels === 0)
    throw new NotRepackaged('sound that is set up in a way of its own');
  return { sampleRate, channels };
};
