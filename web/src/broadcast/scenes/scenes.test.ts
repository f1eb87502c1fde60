import { expect, test, vi } from 'vitest';
import type { Stage } from '../picture/stage.ts';
import { NOTHING_KEPT, type KeptScenes } from './scene-store.ts';
import { createScenes, type Playing } from './scenes.ts';

const ASHA = { id: 'u1', name: 'Asha' };
const bitmap = () => ({ width: 8, height: 8, close: () => {} }) as ImageBitmap;

const set = ({ kept = NOTHING_KEPT, video }: { kept?: KeptScenes; video?: Playing } = {}) => {
  const saved: KeptScenes[] = [];
  const images: string[] = [];
  const stages: Stage[] = [];
  let nowMs = 1_000;
  let ids = 0;
  const scenes = createScenes({
    store: {
      load: async () => kept,
      save: async (_, next) => void saved.push(next),
    },
    readPicture: async (blob) => (blob.type === 'image/png' ? bitmap() : Promise.reject(new Error('no picture'))),
    playVideo: async () => video,
    fetchPicture: async () => undefined,
    newId: () => `new-${ids++}`,
    wallClock: () => nowMs,
    onStage: (stage) => stages.push(stage),
    onImage: (name, image) => images.push(`${name} ${image ? 'on' : 'off'}`),
    onMedia: () => {},
    onChange: () => {},
  });
  return { scenes, saved, images, stages, pass: (ms: number) => (nowMs += ms) };
};

const file = (type: string, size = 1) => new File([new Uint8Array(size)], 'file', { type });

test('a scene that is taken is what viewers see, and its countdown begins then', () => {
  const { scenes, stages, pass } = set();
  pass(500);
  scenes.take('starting');
  expect(scenes.view().liveId).toBe('starting');
  expect(stages.at(-1)).toMatchObject({ layout: { is: 'card', card: 'starting' }, untilMs: 1_500 + 5 * 60_000 });
  scenes.take('camera');
  expect(stages.at(-1)).toMatchObject({ layout: { is: 'camera' }, untilMs: undefined });
});

test('a shared screen is shown beside the camera, and the scene before comes back with its end', () => {
  const { scenes } = set();
  scenes.onScreen(true);
  expect(scenes.view().liveId).toBe('inset');
  scenes.onScreen(false);
  expect(scenes.view().liveId).toBe('camera');
  scenes.take('break');
  scenes.onScreen(true);
  expect(scenes.view().liveId).toBe('break');
});

test('what a creator makes is kept for that creator, and loaded with them', async () => {
  const first = set();
  await first.scenes.setPerson(ASHA);
  first.scenes.change({
    id: 'inset',
    name: 'Desk',
    layout: { is: 'inset', corner: 'top-left', size: 'large', round: true },
  });
  first.scenes.dress({ ...first.scenes.view().dressing, ticker: { shown: true, text: 'News' } });
  await first.scenes.setPicture('logo', file('image/png'));
  await vi.waitFor(() => expect(first.saved.at(-1)?.logo).toBeDefined());
  const kept = first.saved.at(-1);
  expect(kept?.set.scenes.find(({ id }) => id === 'inset')).toMatchObject({ name: 'Desk' });
  const second = set({ ...(kept && { kept }) });
  await second.scenes.setPerson(ASHA);
  expect(second.scenes.view()).toMatchObject({ hasLogo: true, stage: { name: 'Asha', overlays: { ticker: 'News' } } });
  expect(second.images).toContain('logo on');
});

test('cards say what they say in the language that the creator reads, on the air too', () => {
  const { scenes, stages } = set();
  const words = { starting: 'شروع', break: 'وقفہ', ended: 'شکریہ', off: 'کیمرا بند ہے' };
  scenes.take('break');
  scenes.setWords(words);
  expect(stages.at(-1)).toMatchObject({ layout: { is: 'card', card: 'break' }, words });
  scenes.take('starting');
  expect(stages.at(-1)).toMatchObject({ words });
});

test('pictures are turned one after the other, and what is no picture is said to be none', async () => {
  const { scenes } = set();
  await scenes.setPerson(ASHA);
  scenes.take('media');
  await scenes.setFiles('media', [file('image/png'), file('image/png')]);
  expect(scenes.view()).toMatchObject({ slides: { media: 2 }, slide: 0 });
  scenes.turn(1);
  scenes.turn(1);
  expect(scenes.view().slide).toBe(1);
  await scenes.setFiles('media', [file('text/plain')]);
  expect(scenes.view().problem).toBe('not-a-picture');
  await scenes.setPicture('logo', file('image/png', 10 * 1024 * 1024 + 1));
  expect(scenes.view().problem).toBe('too-large');
  await scenes.setFiles('media', [file('video/mp4')]);
  expect(scenes.view().problem).toBe('no-video-files');
});

test('there is always a scene, and no more than twelve', () => {
  const { scenes } = set();
  for (let i = 0; i < 20; i++) scenes.add({ name: 'New scene', layout: { is: 'camera' } });
  expect(scenes.view().scenes).toHaveLength(12);
  for (const { id } of scenes.view().scenes) scenes.remove(id);
  expect(scenes.view().scenes).toHaveLength(1);
});
