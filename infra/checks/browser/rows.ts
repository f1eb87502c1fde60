import { setTimeout as delay } from 'node:timers/promises';
import { expect, type Page } from '@playwright/test';
import { signIn } from '../../../web/e2e/pages.ts';
import type { Arrived, Sink } from '../../../web/e2e/sink.ts';
import { endShow, goLive, SMALL_STUDIO, switchDevice } from '../../../web/e2e/studio.ts';
import { compareFrames, type FrameComparison } from '../../../web/e2e/frame-comparison.ts';
import { watchBroadcast, type Probed } from '../../../web/e2e/probe.ts';
import type { Opened } from './chromium.ts';
import type { Place } from './broken-platform.ts';
import { openThrottle, type Throttle } from './throttle.ts';

export type BrowserHarness = Opened & {
  origin: string;
  /** Where the platform runs that all rows share. */
  place: Place;
  sink: Sink;
  hiddenSeconds: number;
  /** A browser on another machine, as it were. @param more arguments for it */
  openOther: (more?: readonly string[]) => Promise<Opened>;
};

/** What was measured, and in a few words each what of it is not as promised. */
export type Kept = { measured: Record<string, number | string | boolean>; broken: string[] };

/** One line of the promises, as something to be played in a browser of its own. */
export type Row = {
  name: string;
  promise: string;
  /** Takes minutes, and is played only where it is asked for. */
  long?: true;
  /** Arguments that its Chromium is started with besides. */
  chromium?: readonly string[];
  play: (harness: BrowserHarness) => Promise<Kept>;
};

const RUNG_1 = 'H.264 + AAC';
const FIRST_FRAME_MS = 2_000;
const SHOWS = 3;
/** For a person who writes a title. */
const WRITING_MS = 3_000;
const OFFLINE_MS = 10_000;
const KEPT_SHARE = 0.95;
const FRAME_RATE = 30;
/** A camera's own clock, against ours. */
const AV_MS = 120;

type Show = {
  page: Page;
  read: () => Promise<Probed>;
  arrived: () => Promise<Arrived>;
  /** Until this many more seconds of picture are at the sink. */
  playOn: (seconds: number) => Promise<void>;
};

/** @param prepare before the page is opened */
export const openStudio = async (
  { context, origin }: BrowserHarness,
  path = '/studio',
  prepare: (page: Page) => Promise<unknown> = async () => {},
) => {
  const page = await context.newPage();
  const probe = await watchBroadcast(page);
  await prepare(page);
  await page.goto(origin);
  if ((await page.getByRole('button', { name: 'Sign in' }).count()) > 0) await signIn(page, 'asha');
  await page.goto(`${origin}${path}`);
  return { page, read: probe.read };
};

type Beginning = {
  /** Before the page is opened. */
  prepare?: (page: Page) => Promise<unknown>;
  path?: string;
};

export const startShow = async (
  harness: BrowserHarness,
  { prepare = async () => {}, path }: Beginning = {},
): Promise<Show> => {
  const { page, read } = await openStudio(harness, path, prepare);
  await goLive(page, 'A show', WRITING_MS);
  const { startPressedAtMs } = await read();
  const arrived = async () => {
    const found = await harness.sink.arrived(startPressedAtMs);
    if (!found) throw new Error('no encoder has come to the sink');
    return found;
  };
  const frames = async () => (await arrived()).ingest.video.frames;
  const playOn = async (seconds: number) => {
    const before = await frames();
    await expect.poll(frames, { timeout: 60_000 }).toBeGreaterThan(before + seconds * 30);
  };
  return { page, read, arrived, playOn };
};

/** Ends it, and holds what came against what was encoded. */
const finish = async ({ page, read, arrived }: Show): Promise<FrameComparison> => {
  await endShow(page);
  return compareFrames((await arrived()).ingest, (await read()).pictures);
};

export const told = (sum: FrameComparison): Kept['measured'] => ({
  'pictures encoded': sum.encoded,
  'missing at the sink': sum.missing,
  'doubled at the sink': sum.doubled,
  'holes in the 1/30 s grid': sum.holes,
  'video+audio frames arrived': `${sum.arrived.video}+${sum.arrived.audio}`,
  'audio frames missing': sum.missingAudio,
  'largest gap, video+audio': `${sum.largestGapMs.video}+${sum.largestGapMs.audio} ms`,
  'sound against picture at the end': `${sum.avMs} ms`,
});

export const whole = ({ encoded, missing, doubled, holes, missingAudio, avMs }: FrameComparison): string[] =>
  [
    encoded === 0 && 'nothing was encoded',
    missing > 0 && `${missing} pictures missing`,
    doubled > 0 && `${doubled} pictures doubled`,
    holes > 0 && `${holes} holes in the timeline`,
    missingAudio > 0 && `${missingAudio} audio frames missing`,
    Math.abs(avMs) > AV_MS && `sound and picture ${avMs} ms apart`,
  ].filter((wrong) => wrong !== false);

const playFirstFrame = async (harness: BrowserHarness): Promise<Kept> => {
  const { page, read } = await openStudio(harness);
  const times: number[] = [];
  const stages: string[] = [];
  const rungs = new Set<string>();
  for (let show = 0; show < SHOWS; show++) {
    await goLive(page, `Show ${show}`, WRITING_MS);
    const { startPressedAtMs } = await read();
    const firstAtMs = async () => (await harness.sink.arrived(startPressedAtMs))?.ingest.video.firstAtMs;
    await expect.poll(firstAtMs).toBeDefined();
    times.push(((await firstAtMs()) ?? Infinity) - startPressedAtMs);
    const { pictures, encodedAtMs } = await read();
    // The encoder is warmed up with a picture of time 0 that nobody sees; the show's first has the same.
    const firstPicture = (encodedAtMs[pictures.lastIndexOf(0)] ?? Infinity) - startPressedAtMs;
    const connected =
      Date.parse((await harness.sink.arrived(startPressedAtMs))?.ingest.connectedAt ?? '') - startPressedAtMs;
    stages.push(`${firstPicture} and ${connected}`);
    rungs.add((await page.getByRole('definition').last().textContent()) ?? '');
    await endShow(page);
    await page.getByRole('button', { name: 'Close' }).click();
  }
  const measured = {
    rung: [...rungs].join(', '),
    'first frame at the sink, ms after Start': times.join(', '),
    '…first picture encoded, and RTMPS connected, ms after Start': stages.join(', '),
  };
  const broken = times.filter((ms) => !(ms <= FIRST_FRAME_MS)).map((ms) => `${ms} ms`);
  if ([...rungs].join() !== RUNG_1) broken.push(`the page chose ${measured.rung}`);
  await page.close();
  return { measured, broken };
};

const between = (times: readonly number[], fromMs: number, toMs: number) =>
  times.filter((time) => time >= fromMs && time < toMs);

/** A page that does nothing but count how often its 100 ms timer wakes. */
const openIdlePage = async ({ context }: BrowserHarness) => {
  const page = await context.newPage();
  await page.evaluate(() => {
    const woken = Object.assign(globalThis, { woken: 0 });
    setInterval(() => (woken.woken += 1), 100);
  });
  return { page, woken: () => page.evaluate(() => Number(Reflect.get(globalThis, 'woken'))) };
};

const playHidden = async (harness: BrowserHarness): Promise<Kept> => {
  const idle = await openIdlePage(harness);
  const show = await startShow(harness);
  const { page, read, playOn } = show;
  await playOn(10);
  const before = await show.arrived();
  const other = await harness.context.newPage();
  await other.bringToFront();
  await expect.poll(() => page.evaluate(() => document.visibilityState)).toBe('hidden');
  const sinceMs = Date.now();
  const wokenBefore = await idle.woken();
  await delay(harness.hiddenSeconds * 1000);
  const woken = (await idle.woken()) - wokenBefore;
  const untilMs = Date.now();
  const { ingest } = await show.arrived();
  const { takenAtMs, turns, wokeAtMs, startPressedAtMs } = await read();
  const stillHidden = await page.evaluate(() => document.visibilityState === 'hidden');
  const hiddenThroughout = stillHidden && turns.at(-1)?.hidden === true && (turns.at(-1)?.atMs ?? Infinity) <= sinceMs;
  await other.close();
  await page.bringToFront();
  const sum = await finish(show);

  const seconds = (untilMs - sinceMs) / 1000;
  const visible = between(takenAtMs, sinceMs - 9_000, sinceMs - 1_000).length / 8;
  const hidden = between(takenAtMs, sinceMs, untilMs).length / seconds;
  const perSecond = Array.from(
    { length: Math.floor(seconds) },
    (_, i) => between(takenAtMs, sinceMs + i * 1000, sinceMs + (i + 1) * 1000).length,
  );
  const atSink = (ingest.video.frames - before.ingest.video.frames) / ((untilMs - sinceMs) / 1000);
  const share = hidden / visible;
  const measured = {
    'document.hidden throughout': hiddenThroughout,
    'with a display': harness.headed,
    'hidden for': `${seconds.toFixed(1)} s`,
    'camera pictures a second, visible': visible.toFixed(2),
    'camera pictures a second, hidden': hidden.toFixed(2),
    kept: `${(share * 100).toFixed(1)} %`,
    'fewest in one second': Math.min(...perSecond),
    'frames a second at the sink': atSink.toFixed(2),
    "wake-ups of the page's own 100 ms timer, visible and hidden": `${(between(wokeAtMs, startPressedAtMs, sinceMs).length / ((sinceMs - startPressedAtMs) / 1000)).toFixed(1)} and ${(between(wokeAtMs, sinceMs, untilMs).length / seconds).toFixed(2)} a second`,
    'wake-ups of the same timer in a hidden page without a show': `${(woken / seconds).toFixed(2)} a second`,
    ...told(sum),
  };
  const broken = whole(sum);
  if (!hiddenThroughout) broken.push('the tab was not hidden all the time');
  if (!(share >= KEPT_SHARE)) broken.push(`${(share * 100).toFixed(1)} % of the frame rate`);
  await page.close();
  await idle.page.close();
  return { measured, broken };
};

const playSwitches = async (harness: BrowserHarness): Promise<Kept> => {
  const show = await startShow(harness);
  const { page, playOn } = show;
  await playOn(2);
  await switchDevice(page, 'Camera');
  await playOn(2);
  await switchDevice(page, 'Microphone');
  await playOn(2);
  await page.getByRole('button', { name: 'Mute' }).click();
  await playOn(2);
  await page.getByRole('button', { name: 'Unmute' }).click();
  await page.getByRole('button', { name: 'Share screen' }).click();
  await expect(page.getByRole('button', { name: 'Stop sharing' })).toBeVisible();
  await playOn(3);
  await switchDevice(page, 'Camera');
  await playOn(2);
  await page.getByRole('button', { name: 'Camera off' }).click();
  await playOn(2);
  await page.getByRole('button', { name: 'Camera on' }).click();
  await playOn(2);
  await page.getByRole('button', { name: 'Stop sharing' }).click();
  await playOn(2);
  const sum = await finish(show);
  await page.close();
  return { measured: told(sum), broken: whole(sum) };
};

const playOffline =
  (offlineMs: number, beginning: Beginning) =>
  async (harness: BrowserHarness): Promise<Kept> => {
    const show = await startShow(harness, beginning);
    const { page, playOn } = show;
    await playOn(3);
    const before = await show.arrived();
    await harness.context.setOffline(true);
    await delay(offlineMs);
    const during = await show.arrived();
    const reconnecting = await page.getByText('Reconnecting…').count();
    await harness.context.setOffline(false);
    const backMs = Date.now();
    await expect(page.getByText('Streaming…')).toBeVisible({ timeout: 30_000 });
    const restoredMs = Date.now() - backMs;
    await playOn(3);
    const { ingest } = await show.arrived();
    const sum = await finish(show);
    const sameSession = ingest.connections === before.ingest.connections;
    const measured = {
      'frames at the sink while offline': during.ingest.video.frames - before.ingest.video.frames,
      'said that it reconnects': reconnecting > 0,
      'on the air again, ms after the network': restoredMs,
      'RTMPS session unbroken': sameSession,
      ...told(sum),
    };
    const broken = whole(sum);
    if (reconnecting === 0) broken.push('the page was not offline');
    if (!sameSession) broken.push('the RTMPS session broke');
    await page.close();
    return { measured, broken };
  };

/** A tenth of what the encoder begins with. */
const NARROW_BYTES_PER_SECOND = 30_000;
const ADAPTS_MS = 60_000;

/** A browser that is gone is seen to be gone by whoever watches. */
const GONE_MS = 5_000;
const LOOK_MS = 100;

/** What viewers are told of a show. */
const stateOf = async (origin: string, streamId: string): Promise<string> => {
  const answer = await fetch(`${origin}/stream/${streamId}/live`);
  return ((await answer.json()) as { state: string }).state;
};

export const streamOnAir = async (origin: string): Promise<string> => {
  const found = async (): Promise<string | undefined> => {
    const answer = await fetch(`${origin}/stream?state=live`);
    return ((await answer.json()) as { items: { id: string }[] }).items[0]?.id;
  };
  await expect.poll(found, { timeout: 30_000 }).toBeDefined();
  return (await found()) ?? '';
};

/** How long it takes until viewers are told that a show is in this state. */
export const untilState = async (origin: string, streamId: string, state: string): Promise<number> => {
  const sinceMs = Date.now();
  await expect.poll(() => stateOf(origin, streamId), { timeout: 200_000, intervals: [LOOK_MS] }).toBe(state);
  return Date.now() - sinceMs;
};

const SENT_ELSEWHERE = /This show is sent from another tab or device/;
const LOST = /This show lost its connection/;
const DROPPED = /connection dropped/;

const playKilled = async (harness: BrowserHarness): Promise<Kept> => {
  const { playOn } = await startShow(harness);
  await playOn(5);
  const streamId = await streamOnAir(harness.origin);
  await untilState(harness.origin, streamId, 'live');
  const other = await harness.openOther();
  try {
    const { page: device } = await openStudio({ ...harness, context: other.context });
    await expect(device.getByText(SENT_ELSEWHERE)).toBeVisible({ timeout: 30_000 });
    const viewer = await other.context.newPage();
    await viewer.goto(`${harness.origin}/watch/${streamId}`);
    await expect(viewer.getByTestId('player')).toBeVisible({ timeout: 30_000 });
    harness.signal('SIGKILL');
    const diedMs = Date.now();
    const seen = async (page: Page, text: RegExp) => {
      await expect(page.getByText(text).first()).toBeVisible({ timeout: 200_000 });
      return Date.now() - diedMs;
    };
    const known = {
      'what viewers ask says so, ms after the browser died': untilState(harness.origin, streamId, 'reconnecting'),
      'the watch page says so': seen(viewer, DROPPED),
      'the studio on another device says so': seen(device, LOST),
    };
    const times = await Promise.all(Object.entries(known).map(async ([who, ms]) => [who, await ms] as const));
    const broken = times.filter(([, ms]) => ms > GONE_MS).map(([who, ms]) => `${who}: only after ${ms} ms`);
    return { measured: Object.fromEntries(times), broken };
  } finally {
    await other.close();
  }
};

/** Pictures that an encoder and a container still hold when their page dies. */
const IN_HAND = 30;

/** Goes on with a show that another page had, at one press. */
const continueHere = async (page: Page) => {
  await page.getByRole('button', { name: 'Continue here' }).click();
  const pressedMs = Date.now();
  await expect(page.getByText('Streaming…')).toBeVisible({ timeout: 30_000 });
  const timer = (await page.getByRole('timer', { name: 'On the air for' }).textContent()) ?? '';
  return { onAirMs: Date.now() - pressedMs, timer };
};

/** How long a crashed tab stays away. */
const REOPENED_MS = 30_000;

/** A tab that crashes while it is offline; the next one sends what was kept, and goes on with the show at one press. */
const playCrashed = async (harness: BrowserHarness): Promise<Kept> => {
  const show = await startShow(harness);
  await show.playOn(5);
  const streamId = await streamOnAir(harness.origin);
  await untilState(harness.origin, streamId, 'live');
  await harness.context.setOffline(true);
  await delay(OFFLINE_MS);
  const { pictures } = await show.read();
  const before = await show.arrived();
  const crashed = show.page.waitForEvent('crash');
  const session = await harness.context.newCDPSession(show.page);
  // It answers nothing any more.
  session.send('Page.crash').catch(() => {});
  await crashed;
  const crashedMs = Date.now();
  await show.page.close();
  await delay(REOPENED_MS);
  await harness.context.setOffline(false);

  const page = await harness.context.newPage();
  await page.goto(`${harness.origin}/studio`);
  await expect(page.getByText(/kept here when this page was closed have been sent/)).toBeVisible({ timeout: 60_000 });
  const said = await page.getByText(/kept here when this page was closed have been sent/).textContent();
  const sentMs = Date.now() - crashedMs;
  const framesOf = async () => (await show.arrived()).ingest.video.frames;
  const sum = compareFrames((await show.arrived()).ingest, pictures);

  const { onAirMs, timer } = await continueHere(page);
  const again = await framesOf();
  await expect.poll(framesOf, { timeout: 60_000 }).toBeGreaterThan(again + 5 * FRAME_RATE);
  await endShow(page);
  await page.close();

  const measured = {
    'pictures encoded before the crash': sum.encoded,
    'at the sink when it crashed': before.ingest.video.frames,
    'of them missing at the sink when what was kept had been sent': sum.missing,
    'the next page says': said ?? '',
    'ms from the crash until it said so': sentMs,
    'on the air again, ms after one press': onAirMs,
    'the timer then': timer,
  };
  const broken = [
    sum.missing > IN_HAND && `${sum.missing} pictures missing`,
    sum.holes > 0 && `${sum.holes} holes in the timeline`,
    !/^00:[1-9]|^0[1-9]:/.test(timer) && `the timer began anew: ${timer}`,
  ].filter((wrong) => wrong !== false);
  return { measured, broken };
};

/** A page that is reloaded in the middle of a show goes on with it at one press. */
const playReloaded = async (harness: BrowserHarness): Promise<Kept> => {
  const show = await startShow(harness, { path: SMALL_STUDIO });
  const { page } = show;
  // It asks whether one means it.
  page.on('dialog', (dialog) => void dialog.accept());
  await show.playOn(10);
  const streamId = await streamOnAir(harness.origin);
  await untilState(harness.origin, streamId, 'live');
  const { pictures } = await show.read();
  const reloadedMs = Date.now();
  await page.reload();
  await expect(page.getByRole('button', { name: 'Continue here' })).toBeVisible({ timeout: 30_000 });
  const offeredMs = Date.now() - reloadedMs;
  const sum = compareFrames((await show.arrived()).ingest, pictures);
  const { onAirMs, timer } = await continueHere(page);
  const framesOf = async () => (await show.arrived()).ingest.video.frames;
  const again = await framesOf();
  await expect.poll(framesOf, { timeout: 60_000 }).toBeGreaterThan(again + 5 * FRAME_RATE);
  await endShow(page);
  await page.close();
  const measured = {
    'pictures encoded before the reload': sum.encoded,
    'of them missing at the sink': sum.missing,
    'ms from the reload until it is offered to go on': offeredMs,
    'on the air again, ms after one press': onAirMs,
    'the timer then': timer,
  };
  const broken = [
    sum.missing > IN_HAND && `${sum.missing} pictures missing`,
    !/^00:[1-9]|^0[1-9]:/.test(timer) && `the timer began anew: ${timer}`,
  ].filter((wrong) => wrong !== false);
  return { measured, broken };
};

/** A machine that wakes says so, and its show goes on. */
const WAKES_MS = 5_000;
const AWAKE_SECONDS = 8;
/** A recording has not the show's beginning and end to the second. */
const LENGTH_SECONDS = 4;

/** How long a recording is, once that is known. */
const recordedSeconds = async (origin: string, streamId: string): Promise<number> => {
  const ask = async (): Promise<number | undefined> => {
    const answer = await fetch(`${origin}/stream/${streamId}`);
    return ((await answer.json()) as { durationSeconds?: number }).durationSeconds;
  };
  await expect.poll(ask, { timeout: 60_000 }).toBeDefined();
  return (await ask()) ?? 0;
};

const playAsleep =
  (seconds: number) =>
  async (harness: BrowserHarness): Promise<Kept> => {
    const show = await startShow(harness, { path: SMALL_STUDIO });
    const { page, playOn } = show;
    const framesOf = async () => (await show.arrived()).ingest.video.frames;
    const streamId = await streamOnAir(harness.origin);
    await untilState(harness.origin, streamId, 'live');
    await playOn(AWAKE_SECONDS);

    harness.signal('SIGSTOP');
    const asleepMs = Date.now();
    const knownMs = await untilState(harness.origin, streamId, 'reconnecting');
    await delay(asleepMs + seconds * 1000 - Date.now());
    const asleep = await framesOf();
    harness.signal('SIGCONT');
    const wokeMs = Date.now();
    const notice = page.getByRole('alert').filter({ hasText: 'This device was paused for' });
    await expect(notice).toBeVisible({ timeout: 30_000 });
    const saidMs = Date.now() - wokeMs;
    const said = await notice.textContent();
    await expect.poll(framesOf, { timeout: 60_000, intervals: [LOOK_MS] }).toBeGreaterThan(asleep + FRAME_RATE / 2);
    const goneOnMs = Date.now() - wokeMs;
    await expect(page.getByText('Streaming…')).toBeVisible({ timeout: 30_000 });
    await untilState(harness.origin, streamId, 'live');
    const viewersMs = Date.now() - wokeMs;
    await playOn(AWAKE_SECONDS);
    const sum = await finish(show);
    const account = await page.getByText('Everything was sent.').textContent();
    await page.close();

    const length = await recordedSeconds(harness.origin, streamId);
    const wanted = sum.encoded / FRAME_RATE;
    const measured = {
      'viewers are told that it reconnects, ms after it fell asleep': knownMs,
      'it says': said ?? '',
      '…ms after it woke': saidMs,
      'pictures at the sink again, ms after it woke': goneOnMs,
      'live to viewers again, ms after it woke': viewersMs,
      'what was encoded, and recording': `${wanted.toFixed(1)} s and ${length.toFixed(1)} s`,
      'the end says': account ?? '',
      'RTMPS connections': (await show.arrived()).ingest.connections,
      ...told(sum),
    };
    const broken = [
      ...whole(sum),
      knownMs > GONE_MS && `viewers were told only after ${knownMs} ms`,
      saidMs > WAKES_MS && `it said so only after ${saidMs} ms`,
      goneOnMs > WAKES_MS && `it went on only after ${goneOnMs} ms`,
      Math.abs(length - wanted) > LENGTH_SECONDS && `the recording is ${length.toFixed(1)} s long`,
      !/this device was paused/.test(account ?? '') && 'the end does not tell of it',
    ].filter((wrong) => wrong !== false);
    return { measured, broken };
  };

/** A connection that carries nothing any more is known for it within this time. */
const SILENT_MS = 5_000;

/** Plays in a browser of its own, on the far side of a network that can be throttled. */
const behindThrottle =
  (play: (harness: BrowserHarness, throttle: Throttle) => Promise<Kept>) =>
  async (harness: BrowserHarness): Promise<Kept> => {
    const throttle = await openThrottle(harness.origin);
    const browser = await harness.openOther(throttle.arguments);
    try {
      const { measured, broken } = await play({ ...harness, ...browser }, throttle);
      const passed = throttle.ingests > 0 ? [] : ['the show did not go through the network that was throttled'];
      return { measured, broken: [...broken, ...passed] };
    } finally {
      await browser.close();
      throttle.close();
    }
  };

const playNarrow = async (harness: BrowserHarness, throttle: Throttle): Promise<Kept> => {
  const show = await startShow(harness);
  const { read, playOn } = show;
  const kbps = async () => (await read()).kbps;
  await playOn(3);
  // What a slow machine begins with is less, and has fewer steps below it.
  const begun = (await kbps()).at(-1) ?? 0;
  throttle.limit(NARROW_BYTES_PER_SECOND);
  await expect.poll(async () => (await kbps()).at(-1) ?? Infinity, { timeout: ADAPTS_MS }).toBeLessThan(begun);
  throttle.limit(Infinity);
  const lowest = async () => Math.min(...(await kbps()));
  await expect.poll(async () => ((await kbps()).at(-1) ?? 0) > (await lowest()), { timeout: ADAPTS_MS }).toBe(true);
  const bitrates = await kbps();
  const sum = await finish(show);
  return { measured: { 'bitrates, kb/s': bitrates.join(', '), ...told(sum) }, broken: whole(sum) };
};

/** Words that stood on a page, however shortly; to be asked before it is opened. */
const watchFor = async (page: Page, words: string) => {
  await page.addInitScript((wanted) => {
    const seenAtMs: number[] = [];
    Object.assign(globalThis, { seenAtMs });
    const look = () => {
      if (document.body?.textContent.includes(wanted)) seenAtMs.push(Date.now());
    };
    new MutationObserver(look).observe(document, { childList: true, subtree: true, characterData: true });
  }, words);
  return () => page.evaluate(() => Reflect.get(globalThis, 'seenAtMs') as number[]);
};

const playHalfOpen = async (harness: BrowserHarness, throttle: Throttle): Promise<Kept> => {
  let reconnecting: () => Promise<number[]> = async () => [];
  const show = await startShow(harness, {
    prepare: async (page) => {
      reconnecting = await watchFor(page, 'Reconnecting…');
    },
  });
  const { page, playOn } = show;
  await playOn(3);
  // The way to a second socket is free.
  throttle.limit(0);
  const sinceMs = Date.now();
  const saidMs = async () => ((await reconnecting()).find((atMs) => atMs >= sinceMs) ?? Infinity) - sinceMs;
  await expect.poll(saidMs, { timeout: 30_000 }).toBeLessThan(Infinity);
  await expect(page.getByText('Streaming…')).toBeVisible({ timeout: 15_000 });
  const awayMs = Date.now() - sinceMs;
  await playOn(3);
  const said = await saidMs();
  const sum = await finish(show);
  const measured = {
    'it says that it reconnects, ms after the last byte': said,
    'on the air again, ms after the last byte': awayMs,
    ...told(sum),
  };
  const broken = whole(sum);
  if (said > SILENT_MS) broken.push(`it said so only after ${said} ms`);
  return { measured, broken };
};

export const CHROMIUM_ROWS: readonly Row[] = [
  {
    name: 'first-frame',
    promise: 'rung 1 is chosen; from Start to the first video frame at the sink, 2 s at most',
    play: playFirstFrame,
  },
  {
    name: 'hidden',
    promise: 'a tab that is hidden keeps at least 95 % of its frame rate, and nothing is missing',
    play: playHidden,
  },
  {
    name: 'switches',
    promise: 'camera, microphone and screen come and go without a missing frame at the sink',
    play: playSwitches,
  },
  {
    name: 'narrow',
    promise: 'where the uplink gets too narrow the bitrate goes down, and up again, and nothing is missing',
    play: behindThrottle(playNarrow),
  },
  {
    name: 'half-open',
    promise:
      'a connection that goes silent is known for it within 5 s and passed by with a second one, and nothing is missing',
    play: behindThrottle(playHalfOpen),
  },
  {
    name: 'offline',
    promise: 'after 10 s without a network nothing is missing at the sink',
    play: playOffline(OFFLINE_MS, {}),
  },
  {
    name: 'offline-5-minutes',
    promise: 'after five minutes without a network nothing is missing at the sink',
    long: true,
    play: playOffline(300_000, { path: SMALL_STUDIO }),
  },
  ...[10, 70, 600].map((seconds): Row => ({
    name: `asleep-${seconds}`,
    promise: `a browser that stands still for ${seconds} s says so and goes on within 5 s, and nothing that was recorded is missing`,
    ...(seconds > 100 && { long: true }),
    play: playAsleep(seconds),
  })),
  {
    name: 'reloaded',
    promise: 'a page that is reloaded in the middle of a show goes on with it at one press',
    play: playReloaded,
  },
  {
    name: 'crashed',
    promise: 'half a minute after a crash the next tab sends what was kept, and takes the show up again at one press',
    play: playCrashed,
  },
  // Last: its show is left on the air.
  { name: 'killed', promise: 'viewers are told within 5 s that a browser has died', play: playKilled },
];
