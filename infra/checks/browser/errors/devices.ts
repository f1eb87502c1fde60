import { expect } from '@playwright/test';
import { rest } from '../../../../web/src/words/en/rest.ts';
import { endShow, goLive } from '../../../../web/e2e/studio.ts';
import {
  freeDevices,
  holdCameras,
  occupyDevices,
  plugInCameras,
  leaveRoom,
  tellRoom,
  unplugCameras,
  withoutEncoders,
  withoutH264,
} from '../broken-browser.ts';
import { openAndStart, openDialog, playOn, start, startsAfterAll, streams, type Wrong } from './scene.ts';

const { broadcast } = rest;
const { failure, failureAdvice, notice, kept } = broadcast;
const KIB = 1_024;
const MIB = 1_024 * KIB;

/** What is wrong with a person's machine. */
export const OF_THE_DEVICE: readonly Wrong[] = [
  {
    name: 'permission-refused',
    promise: 'camera and microphone refused: says so, and where to allow them',
    chromium: ['--use-fake-ui-for-media-stream=deny'],
    play: async ({ page, open, reads }) => {
      await open();
      await openDialog(page);
      await reads(failure['devices-denied']);
      await reads(failureAdvice['devices-denied']);
      await expect(page.getByRole('button', { name: broadcast.tryAgain })).toBeVisible();
    },
  },
  {
    name: 'devices-busy',
    promise: 'camera and microphone in use by another program: says so, and the show starts once they are free',
    play: async ({ page, open, reads }) => {
      await occupyDevices(page);
      await open();
      await openDialog(page);
      await reads(failure['devices-in-use']);
      await reads(failureAdvice['devices-in-use']);
      await freeDevices(page);
      await startsAfterAll(page);
    },
  },
  {
    name: 'camera-busy',
    promise:
      'a camera that cannot be started, beside a microphone that can: says so, and the show goes out with a card',
    play: async ({ page, open, reads }) => {
      await occupyDevices(page, 'camera');
      await open();
      await openDialog(page);
      await reads(notice['camera-unavailable']);
      await start(page);
      await streams(page);
      await endShow(page);
    },
  },
  {
    name: 'unplugged',
    promise:
      'a camera unplugged in mid-show: says so, the show goes on, and the camera comes back when it is plugged in',
    play: async (scene) => {
      const { page, open, reads, readsNoMore } = scene;
      await holdCameras(page);
      await open();
      const sinceMs = Date.now();
      await goLive(page, 'Unplugged');
      await unplugCameras(page);
      await reads(notice['camera-lost']);
      await playOn(scene, sinceMs);
      await plugInCameras(page);
      await readsNoMore(notice['camera-lost']);
      await playOn(scene, sinceMs);
      await endShow(page);
    },
  },
  {
    name: 'no-h264',
    promise: 'no H.264 in the browser: the show goes out by the next rung, and arrives',
    // A script that was changed on its way comes from no address: Chromium asks whether it may call this machine, and waits.
    chromium: ['--disable-features=LocalNetworkAccessChecks'],
    play: async (scene) => {
      const { page, open, reads } = scene;
      await withoutH264(page);
      await open();
      const sinceMs = Date.now();
      await goLive(page, 'Without H.264');
      await reads('VP8 + Opus (recorder)');
      await playOn(scene, sinceMs);
      await endShow(page);
    },
  },
  {
    name: 'no-encoder',
    promise: 'no encoder in the browser at all: says which browsers have one',
    play: async ({ page, open, reads }) => {
      await withoutEncoders(page);
      await open();
      await openAndStart(page);
      await reads(failure['unsupported-browser']);
      await reads(failureAdvice['unsupported-browser']);
    },
  },
  {
    name: 'no-room',
    promise: 'a device without room: its recording cannot be kept there, which is said before the show',
    play: async ({ page, open, reads }) => {
      await tellRoom(page, 10 * MIB);
      await open();
      await openDialog(page);
      await reads(kept.noRoom);
      await expect(page.getByLabel(kept.keep)).toBeDisabled();
    },
  },
  {
    name: 'disk-full',
    promise: 'a disk that gets full in mid-show: says so, the show goes on, and what was kept until then is there',
    play: async (scene) => {
      const { page, open, reads } = scene;
      await open();
      const sinceMs = Date.now();
      await openDialog(page);
      await page.getByLabel(kept.keep).check();
      await start(page);
      await streams(page);
      await playOn(scene, sinceMs);
      await leaveRoom(page, 300 * KIB);
      await reads(kept.roomGone);
      await playOn(scene, sinceMs);
      await endShow(page);
      await reads(kept.cut);
      await expect(page.getByRole('button', { name: kept.download })).toBeVisible();
    },
  },
];
