import { expect } from '@playwright/test';
import sharp from 'sharp';
import { probe, type Probed } from './hls.ts';
import { expectPlaying, openPage, signIn, test } from './pages.ts';
import { idOnAir } from './studio.ts';

type Rung = {
  /** Each has a creator of its own: a show that one test leaves on the air is none of the next one's. */
  creator: string;
  how: string;
  /** What the address forces: a rung, or a picture that a busy machine might not be trusted with. */
  query: string;
  expected: { codec: string; profile?: string; pixelFormat?: string; width: number; height: number };
};

const RUNGS: Rung[] = [
  // The fallback that every browser has: MediaRecorder's VP8 and Opus, transcoded by the worker.
  {
    creator: 'asha',
    how: 'MediaRecorder and a transcode',
    query: '?rung=4&picture=landscape-360p30',
    expected: { codec: 'h264', profile: 'Main', pixelFormat: 'yuv420p', width: 640, height: 360 },
  },
  // What the page encodes by itself in Chromium: WebCodecs, which the worker only repacks. At 720p are the live rows of `npm run faults`.
  {
    creator: 'bilal',
    how: 'what the page chooses',
    query: '?picture=landscape-540p30',
    expected: { codec: 'h264', width: 960, height: 540 },
  },
];

const apart = ({ keyFrames }: Probed): number[] => keyFrames.slice(1).map((time, i) => time - (keyFrames[i] ?? 0));

for (const { creator: login, how, query, expected } of RUNGS)
  test(`a creator goes live in one tab and is watched in another, and the recording stays: ${how}`, async ({
    browser,
    request,
  }) => {
    const title = `First light by ${how}`;
    const creator = await openPage(browser);
    await signIn(creator.page, login);
    await creator.page.goto(`/studio${query}`);
    await creator.page.getByRole('button', { name: 'Go Live', exact: true }).click();
    const dialog = creator.page.getByRole('dialog');
    await dialog.getByLabel('Title').fill(title);
    await dialog.getByText('More', { exact: true }).click();
    await dialog.getByRole('button', { name: 'Take from the camera' }).click();
    await expect(dialog.getByRole('img', { name: 'Thumbnail' })).toBeVisible();
    await dialog.getByRole('button', { name: 'Start' }).click();
    await expect(creator.page.getByText('Connected — starting stream')).toBeVisible();
    await expect(creator.page.getByText('Streaming…')).toBeVisible();

    const id = await idOnAir(request, title);
    const stream = async () =>
      (await (await request.get(`/stream/${id}`)).json()) as {
        state: string;
        recording: string;
        durationSeconds?: number;
        thumbnail?: { url: string };
      };

    // what the camera gave is the show's picture, and a picture of something
    await expect.poll(async () => (await stream()).thumbnail).toBeDefined();
    const taken = await request.get((await stream()).thumbnail?.url ?? '');
    const { channels } = await sharp(await taken.body()).stats();
    expect(Math.max(...channels.map(({ mean }) => mean))).toBeGreaterThan(30);

    const viewer = await openPage(browser, `/watch/${id}`);
    await expect(viewer.page.getByRole('heading', { name: title })).toBeVisible();
    await expectPlaying(viewer.page, 4);

    const { hls } = (await (await request.get(`/stream/${id}/playback`)).json()) as { hls: string };
    const live = await probe(hls);
    expect(live.video).toMatchObject(expected);
    expect(live.audio).toMatchObject({ codec: 'aac' });
    expect(apart(live).length).toBeGreaterThan(1);
    // Pictures have the camera's own times: a key frame is the first that comes after 2 s, so up to one picture late.
    const late = Math.max(0.1, live.longestPicture + 0.01);
    for (const step of apart(live)) expect(Math.abs(step - 2)).toBeLessThan(late);

    await creator.page.getByRole('button', { name: 'End', exact: true }).click();
    await creator.page.getByRole('button', { name: 'End the show' }).click();
    await expect.poll(async () => (await stream()).state).toBe('ended');
    await expect.poll(async () => (await stream()).recording).toBe('ready');
    await expect.poll(async () => (await stream()).durationSeconds).toBeGreaterThan(4);

    const later = await openPage(browser, `/watch/${id}`);
    await expect(later.page.getByText('Recording').first()).toBeVisible();
    // A play() that comes while the player attaches its source is interrupted by it: asked for until it holds.
    const plays = () =>
      later.page.getByTestId('player').evaluate(
        (element) =>
          element instanceof HTMLVideoElement &&
          element.play().then(
            () => true,
            () => false,
          ),
      );
    await expect.poll(plays).toBe(true);
    await expectPlaying(later.page, 2);

    expect([...creator.complaints, ...viewer.complaints, ...later.complaints]).toEqual([]);
    for (const { context } of [creator, viewer, later]) await context.close();
  });
