import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { LIMITS } from '../limits.ts';
import { tryWebCodecs } from './webcodecs-trial.ts';

/** A browser's encoder that takes one picture, the unseen one, and then hangs; as far as a trial uses it. */
let openEncoders = 0;
class HangingEncoder {
  static isConfigSupported = async (config: object) => ({ supported: true, config });
  state = 'unconfigured';
  encodeQueueSize = 0;
  #taken = 0;
  constructor() {
    openEncoders += 1;
  }
  addEventListener() {}
  configure() {
    this.state = 'configured';
  }
  encode() {
    if (this.#taken++ > 0) this.encodeQueueSize += 1;
  }
  async flush() {
    if (this.encodeQueueSize > 0) await new Promise(() => {});
  }
  close() {
    this.state = 'closed';
    this.encodeQueueSize = 0;
    openEncoders -= 1;
  }
}
class Closable {
  close() {}
}
class Canvas {
  getContext() {
    const pixels = { data: new Uint8ClampedArray(64 * 64 * 4) };
    return {
      canvas: this,
      createImageData: () => pixels,
      createPattern: () => null,
      fillRect() {},
      putImageData() {},
      setTransform() {},
      translate() {},
    };
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('VideoEncoder', HangingEncoder);
  vi.stubGlobal(
    'AudioEncoder',
    class extends HangingEncoder {
      override encode() {}
    },
  );
  vi.stubGlobal('VideoFrame', Closable);
  vi.stubGlobal('AudioData', Closable);
  vi.stubGlobal('OffscreenCanvas', Canvas);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('lets go of an encoder that hangs, and asks it no more', async () => {
  const trial = tryWebCodecs({ limits: LIMITS, sampleRate: 48_000, clock: () => performance.now() });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(openEncoders).toBeGreaterThan(0);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await trial).toBeUndefined();
  expect(openEncoders).toBe(0);
  expect(vi.getTimerCount()).toBe(0);
});
