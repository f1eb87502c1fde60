import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createTime } from '#ingest-client/time.testing';
import { startMixer } from './mixer.ts';
import { NO_OVERLAYS, USUAL_STAGE, type Layout, type Slot, type Stage } from './stage.ts';

/** A stage whose cards say something. */
const IN_WORDS: Stage = {
  ...USUAL_STAGE,
  words: { starting: 'Starting soon', break: 'Be right back', ended: 'Thank you', off: 'Camera is off' },
};
const FPS = 30;
const FRAME_MS = 1_000 / FPS;
const PICTURE = { width: 4, height: 2 };
const CAMERA_COLOR = { primaries: 'smpte170m', transfer: 'smpte170m', matrix: 'smpte170m', fullRange: false };

/** What the browser's VideoFrame holds to, as far as a mixer uses it; every frame not closed is one that a camera lacks. */
let open = 0;
type Init = {
  timestamp: number;
  format?: string | null;
  codedWidth?: number;
  codedHeight?: number;
  colorSpace?: object;
};
class FakeFrame {
  readonly of: string;
  readonly format: string | null;
  readonly displayWidth: number;
  readonly displayHeight: number;
  readonly timestamp: number;
  readonly #color: object;
  #closed = false;
  constructor(source: FakeFrame | Uint8Array, init: Init) {
    const copied = source instanceof FakeFrame;
    this.of = copied ? source.of : (new TextDecoder().decode(source).split(';')[0] ?? '');
    this.format = copied ? source.format : (init.format ?? null);
    this.displayWidth = copied ? source.displayWidth : (init.codedWidth ?? 0);
    this.displayHeight = copied ? source.displayHeight : (init.codedHeight ?? 0);
    this.timestamp = init.timestamp;
    this.#color = copied ? source.#color : (init.colorSpace ?? {});
    open += 1;
  }
  get visibleRect() {
    return { x: 0, y: 0, width: this.displayWidth, height: this.displayHeight };
  }
  get colorSpace() {
    return { toJSON: () => this.#color };
  }
  allocationSize() {
    return 64;
  }
  async copyTo(pixels: Uint8Array) {
    new TextEncoder().encodeInto(`${this.of};`, pixels);
    return [];
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
  const out: { of: string; slot: number; timestamp: number; color: unknown }[] = [];
  const started: number[] = [];
  /** What was painted since, first on each canvas and then, through them, into a picture. */
  let painted: string[] = [];
  const createContext = () => {
    const nothing = () => {};
    const canvas = { of: '' };
    const context = {
      canvas,
      drawImage: (source: { of: string }) => {
        canvas.of = source.of;
        painted.push(source.of);
      },
      fillText: (text: string) => painted.push(text),
      createLinearGradient: () => ({ addColorStop: nothing }),
      measureText: () => ({ width: 10 }),
      getImageData: () => ({ data: new Uint8ClampedArray(4 * PICTURE.width * PICTURE.height) }),
      ...Object.fromEntries(
        ['fillRect', 'save', 'restore', 'beginPath', 'roundRect', 'clip'].map((name) => [name, nothing]),
      ),
    };
    return context as unknown as OffscreenCanvasRenderingContext2D;
  };
  const mixer = startMixer({
    picture: PICTURE,
    frameRate: FPS,
    clock: time.clock,
    wallClock: time.clock,
    after: time.after,
    createContext,
    onStart: (startMs) => started.push(startMs),
    onFrame: (frame, slot) => {
      const { of, timestamp, colorSpace } = frame as unknown as FakeFrame;
      out.push({ of, slot, timestamp, color: colorSpace.toJSON() });
      frame.close();
    },
  });
  const push = async (from: Slot, of: string, init: Partial<Init> = {}) => {
    const name = new TextEncoder().encode(`${of};`);
    const { width: codedWidth, height: codedHeight } = PICTURE;
    const frame = new FakeFrame(name, {
      timestamp: 0,
      format: 'I420',
      codedWidth,
      codedHeight,
      colorSpace: CAMERA_COLOR,
      ...init,
    });
    mixer.push(from, frame as unknown as VideoFrame);
    await time.settle();
  };
  return {
    time,
    mixer,
    out,
    started,
    push,
    painted: () => {
      const was = painted;
      painted = [];
      return was;
    },
  };
};

describe('the timeline', () => {
  test('begins with the first picture of what is to be shown', async () => {
    const { time, mixer, out, started, push } = set();
    mixer.show({ camera: true, screen: false });
    await time.pass(200);
    await push('camera', 'a');
    expect(started).toEqual([200]);
    expect(out).toMatchObject([{ of: 'a', slot: 0, timestamp: 0 }]);
  });

  test('does not wait for ever for a camera that gives nothing', async () => {
    const { time, mixer, started, painted } = set();
    mixer.show({ camera: true, screen: false }, IN_WORDS);
    await time.pass(1_000);
    expect(started).toEqual([700]);
    expect(painted()).toContain('Camera is off');
  });

  test('has a picture in every place, whether or not the camera gives one', async () => {
    const { time, mixer, out, push } = set();
    mixer.show({ camera: true, screen: false });
    await push('camera', 'a');
    await time.pass(1_000);
    expect(out.map(({ slot }) => slot)).toEqual(out.map((_, i) => i));
    expect(out.length).toBeGreaterThan(27);
    expect(out.slice(0, 4).map(({ timestamp }) => timestamp)).toEqual([0, 33_333, 66_667, 100_000]);
    expect(new Set(out.map(({ of }) => of))).toEqual(new Set(['a']));
  });

  test('has each picture of a camera of its pace once', async () => {
    const { time, mixer, out, push } = set();
    mixer.show({ camera: true, screen: false });
    for (const of of ['a', 'b', 'c', 'd']) {
      await push('camera', of);
      await time.pass(FRAME_MS);
    }
    expect(out.map(({ of }) => of)).toEqual(['a', 'b', 'c', 'd']);
  });
});

describe('the camera', () => {
  test('gets its buffers back at once, and nothing stays open in the end', async () => {
    const { time, mixer, push } = set();
    mixer.show({ camera: true, screen: false });
    await push('camera', 'a');
    expect(open).toBe(1);
    await push('screen', 'not shown');
    mixer.stop();
    await push('camera', 'too late');
    mixer.show({ camera: false, screen: false });
    expect(open).toBe(0);
    expect(time.pending()).toBe(0);
  });

  test('is taken over unpainted where its frame is the picture', async () => {
    const { mixer, painted, push } = set();
    mixer.show({ camera: true, screen: false });
    await push('camera', 'whole');
    expect(painted()).toEqual([]);
  });

  test.each([
    ['of another size', { codedWidth: 8 }],
    ['of a format without a name', { format: null }],
    ['of a format that encoders convert by their own ideas', { format: 'BGRX' }],
  ])('is painted where its frame is %s', async (_, init) => {
    const { mixer, out, painted, push } = set();
    mixer.show({ camera: true, screen: false });
    await push('camera', 'odd', init);
    expect(painted()).toEqual(['odd']);
    expect(out.length).toBe(1);
  });

  test('the stream keeps the colours of its first picture, whatever comes later', async () => {
    const { time, mixer, out, push } = set();
    mixer.show({ camera: true, screen: false });
    await push('camera', 'first');
    await time.pass(FRAME_MS);
    await push('camera', 'second', { colorSpace: { ...CAMERA_COLOR, matrix: 'bt709' } });
    await time.pass(FRAME_MS);
    mixer.show({ camera: false, screen: false });
    expect(out.length).toBe(3);
    expect(out.every(({ color }) => JSON.stringify(color) === JSON.stringify(CAMERA_COLOR))).toBe(true);
  });
});

describe('what is shown', () => {
  test('without a camera is the card, at once', async () => {
    const { mixer, painted, push, out, time } = set();
    mixer.show({ camera: true, screen: false });
    await push('camera', 'a');
    await time.pass(FRAME_MS);
    mixer.show({ camera: false, screen: false }, IN_WORDS);
    expect(painted()).toContain('Camera is off');
    expect(out.map(({ of }) => of)).toEqual(['a', expect.not.stringContaining('a')]);
  });

  test('a camera that is turned off is not seen again, even if its last picture was on its way', async () => {
    const { time, mixer, out, push } = set();
    mixer.show({ camera: true, screen: false });
    const late = push('camera', 'late');
    mixer.show({ camera: false, screen: false });
    await late;
    await time.pass(500);
    expect(out.map(({ of }) => of)).not.toContain('late');
    expect(open).toBe(1);
  });

  test('of a switched camera shows the last picture until the next comes', async () => {
    const { time, mixer, out, painted, push } = set();
    mixer.show({ camera: true, screen: false });
    await push('camera', 'old');
    await time.pass(500);
    await push('camera', 'new');
    expect(new Set(out.map(({ of }) => of))).toEqual(new Set(['old', 'new']));
    expect(painted()).toEqual([]);
  });

  test('with a screen has the camera over it, and keeps a screen that does not change', async () => {
    const { time, mixer, painted, push } = set();
    mixer.show({ camera: true, screen: true });
    await push('screen', 'desktop');
    await push('camera', 'face');
    painted();
    await time.pass(FRAME_MS);
    await push('camera', 'face again');
    expect(painted()).toEqual(['desktop', 'face again']);
  });

  test('with a screen goes on when the camera gives nothing', async () => {
    const { time, mixer, painted, push } = set();
    mixer.show({ camera: true, screen: true });
    await push('camera', 'face');
    await time.pass(400);
    painted();
    await push('screen', 'desktop');
    expect(painted()).toEqual(['desktop', 'desktop']);
  });

  test('of a screen alone follows the screen; without it the camera is back', async () => {
    const { time, mixer, out, push } = set();
    mixer.show({ camera: false, screen: true });
    await push('screen', 'slides');
    await time.pass(FRAME_MS);
    mixer.show({ camera: true, screen: false });
    await push('camera', 'face');
    expect(out.map(({ of }) => of)).toEqual(['slides', 'face']);
  });
});

describe('a scene', () => {
  const scene = (layout: Layout, overlays = NO_OVERLAYS) => ({ ...IN_WORDS, layout, overlays });

  test('that is the camera alone goes through unpainted, though a screen is shared beside it', async () => {
    const { mixer, painted, out, push } = set();
    mixer.show({ camera: true, screen: true }, scene({ is: 'camera' }));
    await push('screen', 'screen');
    painted();
    await push('camera', 'camera');
    expect(painted()).toEqual([]);
    expect(out.map(({ of }) => of)).toEqual(['camera']);
  });

  test('that shows a screen which has not changed for a while has its last picture at once', async () => {
    const { time, mixer, painted, push } = set();
    mixer.show({ camera: true, screen: true }, scene({ is: 'camera' }));
    await push('screen', 'screen');
    await push('camera', 'camera');
    await time.pass(FRAME_MS);
    painted();
    mixer.show({ camera: true, screen: true }, scene({ is: 'screen' }));
    expect(painted()).toContain('screen');
  });

  test('is switched without a place that nothing stands in', async () => {
    const { time, mixer, out, push } = set();
    const layouts: Layout[] = [{ is: 'camera' }, { is: 'card', card: 'break', minutes: 0 }, { is: 'side-by-side' }];
    for (let i = 0; i < 30; i++) {
      const layout = layouts[i % 3];
      if (layout) mixer.show({ camera: true, screen: false }, scene(layout));
      await push('camera', 'camera');
      await time.pass(FRAME_MS);
    }
    expect(out.map(({ slot }) => slot)).toEqual(out.map((_, i) => i));
  });

  test('of words says them, and a running text goes on where no camera brings it along', async () => {
    const { time, mixer, painted } = set();
    mixer.show(
      { camera: true, screen: false },
      scene({ is: 'card', card: 'starting', minutes: 0 }, { ...NO_OVERLAYS, ticker: 'News' }),
    );
    expect(painted()).toEqual(expect.arrayContaining(['Starting soon', 'News']));
    await time.pass(FRAME_MS * 3);
    expect(painted().filter((text) => text === 'Starting soon').length).toBeGreaterThan(1);
    mixer.stop();
    expect(time.pending()).toBe(0);
  });

  test('with words over the camera is painted, and no longer once they are gone', async () => {
    const { mixer, painted, push } = set();
    const lowerThird = { name: 'Asha', line: '' };
    mixer.show({ camera: true, screen: false }, scene({ is: 'camera' }, { ...NO_OVERLAYS, lowerThird }));
    await push('camera', 'camera');
    expect(painted()).toEqual(['camera', 'Asha']);
    mixer.show({ camera: true, screen: false }, scene({ is: 'camera' }));
    await push('camera', 'camera');
    expect(painted()).toEqual([]);
  });
});

describe('a scene with guests', () => {
  const scene = (as: 'side-by-side' | 'corner'): Stage => ({
    ...IN_WORDS,
    layout: { is: 'guests', as },
    guests: { 'guest-1': 'Zoya' },
  });

  test('shows a guest beside the camera, and in the next picture their name once they drop', async () => {
    const { mixer, painted, push, time } = set();
    mixer.show({ camera: true, screen: false, guests: { 'guest-1': true } }, scene('side-by-side'));
    await push('guest-1', 'zoya');
    await push('camera', 'camera');
    expect(painted()).toEqual(expect.arrayContaining(['zoya', 'camera']));
    mixer.show({ camera: true, screen: false, guests: { 'guest-1': false } }, scene('side-by-side'));
    await push('guest-1', 'late');
    painted();
    await time.pass(FRAME_MS);
    await push('camera', 'camera');
    expect(painted()).toEqual(['camera', 'Z', 'Zoya']);
  });

  test('goes on without a place that nothing stands in, whether guests come, drop or go', async () => {
    const { mixer, out, push, time } = set();
    for (let i = 0; i < 30; i++) {
      const guests = [{ 'guest-1': true }, { 'guest-1': false }, {}][i % 3] ?? {};
      mixer.show({ camera: i % 2 === 0, screen: false, guests }, scene(i % 4 < 2 ? 'corner' : 'side-by-side'));
      await push('guest-1', 'zoya');
      if (i % 2 === 0) await push('camera', 'camera');
      await time.pass(FRAME_MS);
    }
    expect(out.map(({ slot }) => slot)).toEqual(out.map((_, i) => i));
  });
});
