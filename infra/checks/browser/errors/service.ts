import { expect } from '@playwright/test';
import { freePort } from '#stand-ins/free-port';
import { rest } from '../../../../web/src/words/en/rest.ts';
import { signIn } from '../../../../web/e2e/pages.ts';
import { endShow, goLive, SMALL_STUDIO } from '../../../../web/e2e/studio.ts';
import { makePlace, startCommand } from '../../../local/platform.testing.ts';
import { changeAddresses } from '../broken-browser.ts';
import { breakMux, cutEncoders, expireKey } from '../broken-platform.ts';
import { CREATOR, openAndStart, playOn, start, startsAfterAll, streams, type Wrong } from './scene.ts';

const { broadcast } = rest;
const { failure, failureAdvice } = broadcast;

/** What is wrong on the way, at the worker and at the video service. */
export const OF_THE_SERVICE: readonly Wrong[] = [
  {
    name: 'socket-blocked',
    promise: 'no socket gets through: says so, and that a firewall may do it; the show starts once none does',
    play: async ({ page, open, reads }) => {
      const nobody = String(await freePort());
      const addresses = await changeAddresses(page, (url) => (url.port = nobody));
      await open();
      await openAndStart(page);
      await reads(failure['cannot-connect'], 90_000);
      await reads(failureAdvice['cannot-connect']);
      await addresses.undo();
      await startsAfterAll(page);
    },
  },
  {
    name: 'key-expired',
    promise: 'a stream key that has expired before it was used: a fresh one is fetched, and nobody is told',
    play: async ({ harness, page, open }) => {
      let expired = 0;
      await changeAddresses(page, async (url) => {
        if (expired === 0) await expireKey(harness.place, url.href);
        expired += 1;
      });
      await open();
      await goLive(page, 'An old key');
      await endShow(page);
      expect(expired).toBeGreaterThan(1);
    },
  },
  {
    name: 'key-refused',
    promise: 'every stream key refused: says so, and how to get a new one',
    play: async ({ page, open, reads }) => {
      const addresses = await changeAddresses(
        page,
        (url) => (url.pathname = `${url.pathname.slice(0, -12)}AAAAAAAAAAAA`),
      );
      await open();
      await openAndStart(page);
      await reads(failure['key-refused']);
      await reads(failureAdvice['key-refused']);
      await addresses.undo();
      await startsAfterAll(page);
    },
  },
  {
    name: 'worker-full',
    promise: 'no room at the streaming service: says that, and not that the network is broken',
    play: async ({ harness, page, reads }) => {
      const place = await makePlace();
      const platform = await startCommand({ ...place.environment, CAPACITY_SESSIONS: '1' });
      const other = await harness.openOther();
      try {
        const first = await other.context.newPage();
        await first.goto(platform.origin);
        await signIn(first, 'asha');
        await first.goto(`${platform.origin}${SMALL_STUDIO}`);
        await goLive(first, 'All the room there is');
        await page.goto(platform.origin);
        await signIn(page, CREATOR);
        await page.goto(`${platform.origin}${SMALL_STUDIO}`);
        await openAndStart(page);
        await reads(failure['service-full'], 90_000);
        await reads(failureAdvice['service-full']);
        await endShow(first);
        await startsAfterAll(page);
      } finally {
        await other.close();
        await platform.kill('SIGTERM');
        await place.remove();
      }
    },
  },
  {
    name: 'mux-down',
    promise: 'a video service that does not answer: says so at Start, and the show starts once it does',
    play: async ({ harness: { place }, page, open, reads }) => {
      await breakMux(place, { api: { answer: 'error' } });
      await open();
      await openAndStart(page);
      await reads('The video service does not answer. Try again in a moment.');
      await breakMux(place, {});
      await start(page);
      await streams(page);
      await endShow(page);
    },
  },
  {
    name: 'mux-refuses',
    promise: 'a video service that refuses the show: says so',
    play: async ({ harness: { place }, page, open, reads }) => {
      await breakMux(place, { rtmps: { refuse: 'publish' } });
      await open();
      await openAndStart(page);
      await reads(failure['upstream-refused']);
      await reads(failureAdvice['upstream-refused']);
      await breakMux(place, {});
    },
  },
  {
    name: 'mux-unreachable',
    promise: 'a video service that takes no show for a minute: says so',
    long: true,
    play: async ({ harness: { place }, page, open, reads }) => {
      await breakMux(place, { rtmps: { refuse: 'connection' } });
      await open();
      await openAndStart(page);
      await reads(failure['upstream-unreachable'], 100_000);
      await reads(failureAdvice['upstream-unreachable']);
      await breakMux(place, {});
    },
  },
  {
    name: 'mux-lost',
    promise:
      'a video service that goes away in mid-show: says that it is not the upload, and all is sent once it is back',
    play: async (scene) => {
      const { harness, page, open, reads, readsNoMore } = scene;
      await open();
      const sinceMs = Date.now();
      await goLive(page, 'The video service goes away');
      await playOn(scene, sinceMs);
      await breakMux(harness.place, { rtmps: { refuse: 'connection' } });
      await cutEncoders(harness.place);
      const slow = broadcast.advice.serviceSlow.split('{', 1)[0] ?? '';
      await reads(slow);
      await breakMux(harness.place, {});
      await readsNoMore(slow);
      await endShow(page);
    },
  },
];
