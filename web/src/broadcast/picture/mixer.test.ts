import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createTime } from '../time.testing.ts';
import type { Context } from './draw.ts';
import { startMixer } from './mixer.ts';

const FPS = 30;
const FRAME_MS = 1_000 / FPS;
const PICTURE = { width: 1280, height: 720 };

/** What the browser's VideoFrame holds to, as far as a mixer uses it; every frame not closed is one that the camera lacks. */
let open = 0;
class FakeFrame {
  readonly displayWidth: number;
  readonly displayHeight: number;
  readonly timestamp: number;
  readonly format: string | null;
  readonly of: string;
  #closed = false;
  constructor(
    source: FakeFrame | { of: string; displayWidth?: number; displayHeight?: number; format?: null },
    init: { timestamp: number },
  ) {
    this.of = source.of;
    this.displayWidth = source.displayWidth ?? PICTURE.width;
    this.displayHeight = source.displayHeight ?? PICTURE.height;
    this.format = source.format === null ? null : 'I420';
    this.timestamp = init.timestamp;
    open += 1;
  }
  close() {
    if (!this.#closed) open -= 1;
    this.#closed = true;
  }
}

beforeEach(() => {
  open = 0;
  vi.stubGlobal('VideoFrame', FakeFrame);
});
afterEach(() => vi.unstubAllGlobals());

const set = () => {
  const time = createTime();
  const out: { of: string; slot: number; timestamp: number }[] = [];
  const painted: string[] = [];
  const nothing = () => {};
  const context = {
    canvas: { of: 'canvas' },
    drawImage: (source: FakeFrame) => painted.push(source.of),
    fillText: (text: string) => painted.push(text),
    createLinearGradient: () => ({ addColorStop: nothing }),
    ...Object.fromEntries(
      ['fillRect', 'save', 'restore', 'beginPath', 'roundRect', 'clip'].map((name) => [name, nothing]),
    ),
  } as unknown as Context & { canvas: OffscreenCanvas };
  const mixer = startMixer({
    picture: PICTURE,
    frameRate: FPS,
    clock: time.clock,
    after: time.after,
    context,
    onFrame: (frame, slot) => {
      const { of, timestamp } = frame as unknown as FakeFrame;
      out.push({ of, slot, timestamp });
      frame.close();
    },
  });
  const camera = (of: string, size = {}) =>
    mixer.push('camera', new FakeFrame({ of, ...size }, { timestamp: 0 }) as unknown as VideoFrame);
  return { time, mixer, out, painted, camera };
};

describe('the timeline', () => {
  test('has a picture in every place, whether or not the camera gave one', async () => {
    const { time, mixer, out, camera } = set();
    mixer.show({ camera: true, screen: false });
    camera('a');
    await time.pass(1_000 - FRAME_MS / 2);
    expect(out.map(({ slot }) => slot)).toEqual(Array.from({ length: 30 }, (_, i) => i));
    expect(out.map(({ timestamp }) => timestamp).slice(0, 4)).toEqual([0, 33_333, 66_667, 100_000]);
    expect(new Set(out.map(({ of }) => of))).toEqual(new Set(['a']));
  });

  test('takes up the jitter of a camera: two early, none, none is still one a place', async () => {
    const { time, mixer, out, camera } = set();
    mixer.show({ camera: true, screen: false });
    camera('a');
    camera('b');
    await time.pass(FRAME_MS * 1.5);
    camera('c');
    await time.pass(FRAME_MS);
    expect(out.map(({ of }) => of)).toEqual(['a', 'b', 'c']);
  });

  test('a camera that is too fast loses its oldest frames, and none stays open', async () => {
    const { time, mixer, out, camera } = set();
    mixer.show({ camera: true, screen: false });
    for (const name of ['a', 'b', 'c', 'd']) camera(name);
    await time.pass(FRAME_MS * 1.5);
    expect(out.map(({ of }) => of)).toEqual(['c', 'd']);
    mixer.stop();
    expect(open).toBe(0);
    expect(time.pending()).toBe(0);
  });
});

describe('the scene', () => {
  test('a frame that is the whole picture is passed on unpainted; another shape is painted', async () => {
    const { time, mixer, out, painted, camera } = set();
    mixer.show({ camera: true, screen: false });
    camera('whole');
    await time.pass(1);
    camera('narrow', { displayWidth: 640, displayHeight: 480 });
    await time.pass(FRAME_MS);
    expect(out.map(({ of }) => of)).toEqual(['whole', 'canvas']);
    expect(painted).toEqual(['narrow']);
  });

  test('a frame of a format without a name is painted, because encoders refuse it', async () => {
    const { time, mixer, out, camera } = set();
    mixer.show({ camera: true, screen: false });
    camera('opaque', { format: null });
    await time.pass(1);
    expect(out.map(({ of }) => of)).toEqual(['canvas']);
  });

  test('without a camera there is the card, and no frame of the camera', async () => {
    const { time, mixer, out, painted, camera } = set();
    mixer.show({ camera: false, screen: false });
    camera('hidden');
    await time.pass(1);
    expect(out.map(({ of }) => of)).toEqual(['canvas']);
    expect(painted).toContain('Camera is off');
    expect(painted).not.toContain('hidden');
  });

  test('a shared screen has the camera in its corner', async () => {
    const { time, mixer, painted, camera } = set();
    mixer.show({ camera: true, screen: true });
    camera('face');
    mixer.push('screen', new FakeFrame({ of: 'desktop' }, { timestamp: 0 }) as unknown as VideoFrame);
    await time.pass(1);
    expect(painted).toEqual(['desktop', 'face']);
  });

  test('a source that is taken away leaves nothing of itself', async () => {
    const { time, mixer, out, camera } = set();
    mixer.show({ camera: true, screen: false });
    camera('gone');
    await time.pass(1);
    mixer.clear('camera');
    await time.pass(FRAME_MS);
    expect(out.map(({ of }) => of)).toEqual(['gone', 'canvas']);
    expect(open).toBe(0);
  });
});
