/** What the audio thread posts: one block of interleaved stereo. */
export type SoundBlock = { samples: Float32Array<ArrayBuffer> };

/** The AudioWorklet global scope, as far as we use it; TypeScript has no library for it. */
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

const CHANNELS = 2;
/** As many as AAC packs into one frame, so that a block makes a frame. */
const BLOCK_FRAMES = 1_024;

/** Hands the mixed sound, sample by sample, to the port that it is sent first. */
class Tap extends AudioWorkletProcessor {
  #to: MessagePort | undefined;
  #block = new Float32Array(BLOCK_FRAMES * CHANNELS);
  #frames = 0;

  constructor() {
    super();
    this.port.onmessage = ({ data }: MessageEvent<MessagePort>) => {
      this.#to = data;
    };
  }

  process([input]: Float32Array[][]): boolean {
    const left = input?.[0];
    if (!left || !this.#to) return true;
    const right = input[1] ?? left;
    for (let i = 0; i < left.length; i++) {
      this.#block[this.#frames * CHANNELS] = left[i] ?? 0;
      this.#block[this.#frames * CHANNELS + 1] = right[i] ?? 0;
      this.#frames += 1;
      if (this.#frames === BLOCK_FRAMES) this.#post();
    }
    return true;
  }

  #post() {
    const message: SoundBlock = { samples: this.#block };
    this.#to?.postMessage(message, [this.#block.buffer]);
    this.#block = new Float32Array(BLOCK_FRAMES * CHANNELS);
    this.#frames = 0;
  }
}

registerProcessor('tap', Tap);
