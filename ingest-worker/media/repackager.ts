import type { MediaFacts } from './container.ts';
import type { Encoder, EncoderEvent } from './encoder.ts';
import { createFifo } from './fifo.ts';
import { createTagger } from './tagger.ts';

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

/** Has work done, piece by piece while it says that more is left, between which all else has its turn (SPEC L18). */
type Turns = { take(work: () => boolean): void };

/** Beyond it whoever writes is asked to wait. */
const PENDING_BYTES = 512 * 1024;
/** What is taken apart before others have their turn: of samples of a byte each, so many are published meanwhile. */
const PIECE_BYTES = 8 * 1024;

/** @param turns what a recording brings is taken apart in its turn with what sockets bring */
export const createStartRepackager =
  (turns: Turns): StartRepackager =>
  ({ facts, sound, onEvent }) => {
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
      for (let left = PIECE_BYTES; !state.paused && state.order !== 'over';) {
        const { first: piece } = input.pieces;
        if (!piece || piece.byteLength > left) return;
        input.pieces.shift();
        input.bytes -= piece.byteLength;
        left -= piece.byteLength;
        reader.push(piece);
      }
    };

    const hasWork = (): boolean =>
      !state.paused && state.order !== 'over' && (input.pieces.length > 0 || state.order === 'end' || state.asked);

    const work = (): boolean => {
      if (!hasWork()) return false;
      try {
        read();
        if (state.order === 'end' && !state.paused && input.pieces.length === 0) {
          reader.flush();
          stop();
          onEvent({ type: 'exited', clean: true, detail: 'nothing more came' });
          return false;
        }
      } catch (cause) {
        // Whatever it is that a stranger has sent: FFmpeg finds out in a process of its own.
        stop();
        const detail = cause instanceof Error ? cause.message : String(cause);
        onEvent({ type: 'exited', clean: false, unsupported: true, detail });
        return false;
      }
      if (state.asked && input.bytes === 0 && !state.paused && state.order === 'run') {
        state.asked = false;
        onEvent({ type: 'drained' });
      }
      return hasWork();
    };
    /** Never within the turn of whoever writes: a session hears of tags as it does from a process. */
    const schedule = (): void => {
      if (!hasWork()) return;
      turn ??= setImmediate(() => {
        turn = undefined;
        turns.take(work);
      });
    };

    return {
      pid: undefined,
      write: (bytes) => {
        if (state.order !== 'run') return false;
        for (let at = 0; at < bytes.byteLength; at += PIECE_BYTES)
          input.pieces.push(bytes.subarray(at, at + PIECE_BYTES));
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
