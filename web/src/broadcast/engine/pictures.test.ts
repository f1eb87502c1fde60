import { expect, test } from 'vitest';
import { createPictures } from './pictures.ts';
import type { Mixer } from '../picture/mixer.ts';

/** A camera's frames, of which each says when it is closed. */
const createCamera = () => {
  const open = new Set<number>();
  let made = 0;
  let controller: ReadableStreamDefaultController<VideoFrame> | undefined;
  const frames = new ReadableStream<VideoFrame>({ start: (given) => void (controller = given) });
  return {
    open,
    source: { via: 'frames', frames } as const,
    give: () => {
      const id = made++;
      open.add(id);
      controller?.enqueue({ close: () => open.delete(id) } as unknown as VideoFrame);
    },
    stop: () => controller?.close(),
  };
};

const settle = () => new Promise((resolve) => void setImmediate(resolve));

test('a source that is left for another is read to its end, and no picture of it stays open', async () => {
  const pictures = createPictures();
  const taken: VideoFrame[] = [];
  pictures.sendTo({ push: (_, frame) => taken.push(frame) } as Partial<Mixer> as Mixer);
  const [camera, other] = [createCamera(), createCamera()];
  pictures.set('camera', camera.source);
  camera.give();
  await settle();
  expect([taken.length, camera.open.size]).toEqual([1, 1]);
  taken[0]?.close();

  // on their way when it is left
  camera.give();
  camera.give();
  pictures.set('camera', other.source);
  camera.give();
  camera.stop();
  other.give();
  await settle();
  expect([taken.length, camera.open.size, other.open.size]).toEqual([2, 0, 1]);
});

test('closing waits until every source has ended', async () => {
  const pictures = createPictures();
  const camera = createCamera();
  pictures.set('camera', camera.source);
  const closing = pictures.close();
  camera.give();
  camera.stop();
  await closing;
  expect(camera.open.size).toBe(0);
});
