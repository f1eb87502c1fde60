import { expect, type Page } from '@playwright/test';
import { first } from '../../../../web/src/words/en/first.ts';
import { rest } from '../../../../web/src/words/en/rest.ts';
import { signIn } from '../../../../web/e2e/pages.ts';
import { endShow, goLive, SMALL_STUDIO } from '../../../../web/e2e/studio.ts';
import { expireToken, heldToken } from '../broken-platform.ts';
import { CREATOR, openDialog, pattern, playOn, press, start, streams, type Wrong } from './scene.ts';

const { broadcast, studio } = rest;
const { failure, failureAdvice } = broadcast;
const { app, people } = first;
const PATIENCE_MS = 45_000;

const GONE = { status: 404, body: '' };
const ENGINE = '**/assets/engine.worker-*.js';
const SETTINGS = '**/assets/settings-page-*.js';

const openSettings = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: pattern(people.accountOf) }).click();
  await page.getByRole('menuitem', { name: people.settings }).click();
};

/** What is wrong with the session, and with a page that is older than what is on the server. */
export const OF_THE_APP: readonly Wrong[] = [
  {
    name: 'token-expired',
    promise: 'an access token that expires in mid-show: another is fetched, the show gets its connection back and ends',
    play: async (scene) => {
      const { harness, page, open } = scene;
      await open();
      const sinceMs = Date.now();
      await goLive(page, 'An old token');
      await expireToken(harness.place, page);
      const expired = await heldToken(page);
      await harness.context.setOffline(true);
      await expect(page.getByText(broadcast.theConnectionIsGoneWe)).toBeVisible({ timeout: PATIENCE_MS });
      await harness.context.setOffline(false);
      await streams(page);
      await playOn(scene, sinceMs);
      expect(await heldToken(page)).not.toBe(expired);
      await expect(page.getByText(studio.youHaveBeenSignedOut)).toHaveCount(0);
      await endShow(page);
    },
  },
  {
    name: 'signed-out',
    promise: 'signed out on another device in mid-show: says so, and the show goes on until it is ended here',
    play: async (scene) => {
      const { harness, page, open, reads } = scene;
      await open();
      const sinceMs = Date.now();
      await goLive(page, 'Signed out');
      const other = await harness.openOther();
      try {
        const device = await other.context.newPage();
        await device.goto(harness.origin);
        await signIn(device, CREATOR);
        await device.goto(`${harness.origin}/settings`);
        await press(device, people.signOutEverywhere);
        await device.getByRole('alertdialog').getByRole('button', { name: people.signOutEverywhere }).click();
        await expect(device.getByRole('button', { name: people.signIn }).first()).toBeVisible({ timeout: PATIENCE_MS });
      } finally {
        await other.close();
      }
      await reads(studio.youHaveBeenSignedOut, 90_000);
      await playOn(scene, sinceMs);
      await endShow(page);
    },
  },
  {
    name: 'assets-gone',
    promise: 'what encodes is gone from the server since a release: says to reload, and a reload mends it',
    play: async ({ page, open, reads }) => {
      await page.route(ENGINE, (route) => route.fulfill(GONE));
      await open();
      await openDialog(page);
      await reads(failure['part-missing']);
      await reads(failureAdvice['part-missing']);
      await page.unroute(ENGINE);
      await press(page, broadcast.reload);
      await openDialog(page);
      await start(page);
      await streams(page);
      await endShow(page);
    },
  },
  {
    name: 'page-gone',
    promise: 'a page whose code is gone from the server: says to reload; in mid-show it says that the show goes on',
    play: async (scene) => {
      const { page, open, reads } = scene;
      await open();
      await page.route(SETTINGS, (route) => route.fulfill(GONE));
      await openSettings(page);
      await reads(app.vybzzMayHaveBeenUpdated);
      await expect(page.getByRole('button', { name: app.reload })).toBeVisible();
      await page.goto(`${scene.harness.origin}${SMALL_STUDIO}`);
      const sinceMs = Date.now();
      await goLive(page, 'A page is gone');
      await openSettings(page);
      await reads(app.yourShowGoesOn);
      await reads(app.thisPageNeedsTheNewest);
      await page.getByRole('link', { name: app.backToTheStudio }).first().click();
      await playOn(scene, sinceMs);
      await endShow(page);
    },
  },
];
