import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { probe } from '../../../web/e2e/hls.ts';
import { expectPlaying } from '../../../web/e2e/pages.ts';
import { endShow } from '../../../web/e2e/studio.ts';
import { startShow, streamOnAir, untilState, type BrowserHarness, type Kept, type Row } from './rows.ts';

/** A phone that is held upright. */
const PHONE = { width: 390, height: 844 };
const DESKTOP = { width: 1_440, height: 900 };
const CAMERA = { width: 720, height: 1280 };
const SECONDS = 10;
/** The first seconds have the start of everything in them. */
const SETTLED_MS = 3_000;
const KEPT_SHARE = 0.95;

/** What FFmpeg finds at the address that viewers play. */
const lookAt = async (origin: string, streamId: string) => {
  const { hls } = (await (await fetch(`${origin}/stream/${streamId}/playback`)).json()) as { hls: string };
  return (await probe(hls, SECONDS)).video;
};

/** Pictures a second at the sink, once the show has settled. */
const rateOf = (timestampsMs: readonly number[]): number => {
  const times = timestampsMs.filter((ms) => ms - (timestampsMs[0] ?? 0) >= SETTLED_MS);
  return ((times.length - 1) * 1_000) / ((times.at(-1) ?? 0) - (times[0] ?? 0));
};

type Picture = { quality: string; width: number; height: number; frameRate: number };

/** A show of this picture, whatever the trial shows; what arrives is told by FFmpeg and by the sink's clock. */
const playPicture =
  ({ quality, width, height, frameRate }: Picture) =>
  async (harness: BrowserHarness): Promise<Kept> => {
    const show = await startShow(harness, { path: `/studio?picture=landscape-${quality}` });
    await show.playOn((SECONDS * frameRate) / 30);
    const streamId = await streamOnAir(harness.origin);
    await untilState(harness.origin, streamId, 'live');
    const found = await lookAt(harness.origin, streamId);
    const { video } = (await show.arrived()).ingest;
    const advice = await show.page.locator('.health__advice').allTextContents();
    await endShow(show.page);
    await show.page.close();
    const rate = rateOf(video.timestampsMs);
    const measured = {
      'FFmpeg finds': `${found.codec} ${found.profile}, ${found.width}×${found.height}, ${found.frameRate} a second`,
      'pictures a second at the sink': rate.toFixed(2),
      'the studio says': advice.join(' ') || 'nothing',
    };
    const broken = [
      (found.width !== width || found.height !== height) &&
        `${found.width}×${found.height} instead of ${width}×${height}`,
      !(rate >= frameRate * KEPT_SHARE) && `${rate.toFixed(1)} pictures a second instead of ${frameRate}`,
      !(found.frameRate >= frameRate * KEPT_SHARE) && `FFmpeg finds ${found.frameRate} pictures a second`,
    ].filter((wrong) => wrong !== false);
    return { measured, broken };
  };

/** A camera as a phone has one that is held upright: Chromium plays this file as its camera, again and again. */
const makeCamera = async (folder: string): Promise<string> => {
  const file = join(folder, 'upright.mjpeg');
  const picture = ['-f', 'lavfi', '-i', `testsrc2=size=${CAMERA.width}x${CAMERA.height}:rate=30`, '-t', '2'];
  const format = ['-pix_fmt', 'yuvj420p', '-q:v', '5', '-f', 'mjpeg'];
  await promisify(execFile)('ffmpeg', ['-v', 'error', ...picture, ...format, file]);
  return file;
};

/** Nothing is chosen: the picture has the camera's shape, is sent so, and stands on a phone from edge to edge. */
const playUpright = async (harness: BrowserHarness): Promise<Kept> => {
  const folder = await mkdtemp(join(tmpdir(), 'vybzz-upright-'));
  const camera = await makeCamera(folder);
  const phone = await harness.openOther([`--use-file-for-fake-video-capture=${camera}`]);
  try {
    const show = await startShow({ ...harness, ...phone }, { path: '/studio?picture=camera-720p30' });
    await show.page.setViewportSize(PHONE);
    await show.playOn(5);
    const streamId = await streamOnAir(harness.origin);
    await untilState(harness.origin, streamId, 'live');
    const found = await lookAt(harness.origin, streamId);
    const viewer = await harness.context.newPage();
    await viewer.setViewportSize(PHONE);
    // A phone's lie over the page, and take no width of it.
    await (await viewer.context().newCDPSession(viewer)).send('Emulation.setScrollbarsHidden', { hidden: true });
    await viewer.goto(`${harness.origin}/watch/${streamId}`);
    await expectPlaying(viewer, 2);
    const box = await viewer.getByTestId('player').boundingBox();
    const shown = await viewer
      .getByTestId('player')
      .evaluate((player) => (player instanceof HTMLVideoElement ? player.videoWidth / player.videoHeight : 0));
    await viewer.setViewportSize(DESKTOP);
    const window = await viewer.locator('.playback').boundingBox();
    const controls = await viewer.locator('.player__bar').boundingBox();
    await endShow(show.page);
    await viewer.close();
    const below = (controls ? controls.y + controls.height : Infinity) - (window ? window.y + window.height : 0);
    const { width = 0, height = 0, x = -1 } = box ?? {};
    const measured = {
      'FFmpeg finds': `${found.codec}, ${found.width}×${found.height}, ${found.frameRate} a second`,
      'the picture on a screen of 390×844': `${width}×${Math.round(height)} at ${x}`,
    };
    const broken = [
      (found.width !== CAMERA.width || found.height !== CAMERA.height) &&
        `it is sent as ${found.width}×${found.height}`,
      (width !== PHONE.width || x !== 0) && 'it does not go from edge to edge',
      Math.abs(height - width / shown) > 2 && 'something black stands beside it',
      below > 1 && `on a screen of ${DESKTOP.width}×${DESKTOP.height} the controls end ${below} px below the picture`,
    ].filter((wrong) => wrong !== false);
    return { measured, broken };
  } finally {
    await phone.close();
    await rm(folder, { recursive: true, force: true });
  }
};

const fastCamera = ['--use-fake-device-for-media-stream=device-count=2,fps=60'];

export const PICTURE_ROWS: readonly Row[] = [
  {
    name: 'upright',
    promise:
      'a phone’s camera of 720×1280 is sent upright, fills a phone’s screen from edge to edge, and has its controls within it on a desktop',
    play: playUpright,
  },
  {
    name: 'picture-1080p30',
    promise: '1920×1080 at 30 pictures a second arrives as such',
    play: playPicture({ quality: '1080p30', width: 1_920, height: 1_080, frameRate: 30 }),
  },
  {
    name: 'picture-720p60',
    promise: '1280×720 at 60 pictures a second arrives as such',
    chromium: fastCamera,
    play: playPicture({ quality: '720p60', width: 1_280, height: 720, frameRate: 60 }),
  },
  {
    name: 'picture-1080p60',
    promise: '1920×1080 at 60 pictures a second arrives as such (which two cores do not encode)',
    long: true,
    chromium: fastCamera,
    play: playPicture({ quality: '1080p60', width: 1_920, height: 1_080, frameRate: 60 }),
  },
];
