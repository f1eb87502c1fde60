import { chromium, expect, type Browser, type Page } from '@playwright/test';
import { CHROMIUM_PATH, chromiumArguments } from '../../infra/checks/lib/chromium.ts';
import { watchAccess } from './access.ts';
import { compareFrames } from './frame-comparison.ts';
import { glance } from './hls.ts';
import { openPage, signIn, test } from './pages.ts';
import { HELPER, watchBroadcast } from './probe.ts';
import { openSink } from './sink.ts';
import { endShow, goLive, idOnAir, SMALL_STUDIO } from './studio.ts';

/** Below this nobody hears anything; Chromium's fake microphone beeps at some -10 dB. */
const SILENCE_DB = -60;

/** Runs in a page: keeps its connections and the ends of its sound graphs, so that a test can ask them what comes there. */
const keepEnds = () => {
  const kept: RTCPeerConnection[] = [];
  const ends: MediaStreamAudioDestinationNode[] = [];
  Object.assign(globalThis, { connections: kept, ends });
  globalThis.MediaStreamAudioDestinationNode = class extends MediaStreamAudioDestinationNode {
    constructor(context: AudioContext, options?: AudioNodeOptions) {
      super(context, options);
      // the show's; what a guest hears has one channel
      if (options?.channelCount === 2) ends.push(this);
    }
  };
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      kept.push(this);
    }
  };
};

/** What a page's connections have heard since they began, as a sum that grows with whatever is not silent. */
const heard = (page: Page): Promise<number> =>
  page.evaluate(async () => {
    const kept = Reflect.get(globalThis, 'connections') as RTCPeerConnection[];
    const reports = await Promise.all(kept.map((connection) => connection.getStats()));
    return reports
      .flatMap((report) => [...report.values()])
      .filter(({ type, kind }) => type === 'inbound-rtp' && kind === 'audio')
      .reduce((sum: number, { totalAudioEnergy = 0 }) => sum + totalAudioEnergy, 0);
  });

/** How loud at the loudest is what the studio gives its encoder, in decibels, over as long as the fake microphone takes from beep to beep. */
const loudest = (page: Page): Promise<number> =>
  page.evaluate(async () => {
    const end = (Reflect.get(globalThis, 'ends') as MediaStreamAudioDestinationNode[]).at(-1);
    if (!(end?.context instanceof AudioContext)) throw new Error('the studio has no sound');
    const source = end.context.createMediaStreamSource(end.stream);
    const meter = new AnalyserNode(end.context, { fftSize: 32_768 });
    source.connect(meter);
    const samples = new Float32Array(meter.fftSize);
    const untilMs = performance.now() + 2_500;
    let most = 0;
    while (performance.now() < untilMs) {
      await new Promise((resolve) => setTimeout(resolve, 250));
      meter.getFloatTimeDomainData(samples);
      most = samples.reduce((so, sample) => Math.max(so, Math.abs(sample)), most);
    }
    source.disconnect();
    return 20 * Math.log10(most + Number.EPSILON);
  });

/** How much is heard while so many seconds of a show's pictures come to the far end. */
const heardDuring = async (page: Page, passes: () => Promise<void>): Promise<number> => {
  const before = await heard(page);
  await passes();
  return (await heard(page)) - before;
};

/** How much of a picture is the green of Chromium's fake camera, in the studio's preview of what goes out. */
const greenOf = (studio: Page): Promise<number> =>
  studio.getByRole('img', { name: /What viewers see/ }).evaluate((canvas) => {
    if (!(canvas instanceof HTMLCanvasElement)) return 0;
    const copy = new OffscreenCanvas(16, 9).getContext('2d');
    if (!copy) return 0;
    copy.drawImage(canvas, 0, 0, 16, 9);
    const { data } = copy.getImageData(0, 0, 16, 9);
    let green = 0;
    for (let i = 0; i < data.length; i += 4)
      if ((data[i + 1] ?? 0) > Math.max(data[i] ?? 0, data[i + 2] ?? 0) + 40) green += 1;
    return green / (data.length / 4);
  });

/** A show on the air with a link for guests, and its far end. */
const openShow = async (browser: Browser, login: string, title: string) => {
  const { page, complaints } = await openPage(browser);
  await page.addInitScript(HELPER);
  await page.addInitScript(keepEnds);
  const probe = await watchBroadcast(page);
  await signIn(page, login);
  await page.goto(SMALL_STUDIO);
  await goLive(page, title);
  const sink = await openSink(process.env['DATA_DIR'] ?? '', process.env['MUX_PORT'] ?? '');
  const { startPressedAtMs } = await probe.read();
  const arrived = async () => (await sink.arrived(startPressedAtMs))?.ingest.video.frames ?? 0;
  const panel = page.getByRole('region', { name: 'Guests' });
  await panel.getByRole('button', { name: 'Invite a guest' }).click();
  const link = await panel.getByRole('textbox', { name: 'Link for guests' }).inputValue();
  return {
    page,
    panel,
    link,
    complaints,
    /** Waits until pictures for so many seconds more have come to the far end. */
    framesCome: async (seconds: number) => {
      const before = await arrived();
      await expect.poll(arrived).toBeGreaterThan(before + seconds * 30);
    },
    /** Ends the show and holds each picture that was encoded against what has come. */
    endWhole: async () => {
      await endShow(page);
      const after = await sink.arrived(startPressedAtMs);
      if (!after) throw new Error('no encoder came to the sink');
      const { pictures } = await probe.read();
      const compared = compareFrames(after.ingest, pictures);
      console.log(`guests: ${compared.encoded} encoded, ${compared.missing} missing, ${compared.holes} holes`);
      expect(compared).toMatchObject({ missing: 0, doubled: 0, missingAudio: 0 });
    },
  };
};
type Show = Awaited<ReturnType<typeof openShow>>;

/** A guest who comes by the link, and is let in by the creator. */
const comeIn = async (browser: Browser, { link, panel }: Show, name: string) => {
  const { page, complaints } = await openPage(browser, 'about:blank', { permissions: ['camera', 'microphone'] });
  await page.addInitScript(HELPER);
  await page.addInitScript(keepEnds);
  await page.goto(link);
  await page.getByLabel('Your name').fill(name);
  await page.keyboard.press('Enter');
  await expect(page.getByText('Waiting to be let in')).toBeVisible();
  // by keyboard, as everything here can be done
  await panel.getByRole('button', { name: `Let ${name} in` }).press('Enter');
  await expect(page.getByText('You are on the air', { exact: true })).toBeVisible();
  return { page, complaints };
};

test('a guest is seen and heard by viewers, does not hear themselves, is muted, and is removed', async ({
  browser,
  request,
}) => {
  const show = await openShow(browser, 'asha', 'With a guest');
  const { page, panel, framesCome } = show;
  expect(show.link).toMatch(/\/guest#[\w-]{32}$/);
  const guest = await comeIn(browser, show, 'Zoya');
  const zoya = panel.getByRole('listitem').filter({ hasText: 'Zoya' });
  await expect(zoya.getByText('On the air', { exact: true })).toBeVisible();
  const { hls } = (await (await request.get(`/stream/${await idOnAir(request, 'With a guest')}/playback`)).json()) as {
    hls: string;
  };

  // Without the creator's own picture and voice, all that viewers see and hear is the guest.
  await page.getByRole('button', { name: 'Camera off' }).click();
  await page.getByRole('button', { name: 'Mute', exact: true }).click();
  await expect.poll(() => greenOf(page)).toBeGreaterThan(0.5);
  // The guest hears nothing of themselves, while the studio hears them.
  await framesCome(1);
  const own = await heardDuring(guest.page, () => framesCome(2));
  const theirs = await heardDuring(page, () => framesCome(2));
  console.log(`guests: the guest heard ${own} of themselves, the studio ${theirs} of them`);
  expect(theirs).toBeGreaterThan(1e-4);
  expect(own).toBeLessThan(theirs / 1_000);
  expect(await loudest(page)).toBeGreaterThan(SILENCE_DB / 2);
  const { red, green, blue, peakDb } = await glance(hls);
  console.log(`guests: viewers see ${red}/${green}/${blue} and hear ${peakDb} dB`);
  expect(green).toBeGreaterThan(Math.max(red, blue) + 40);
  expect(peakDb).toBeGreaterThan(SILENCE_DB / 2);

  await zoya.getByRole('button', { name: 'Mute Zoya' }).press('Enter');
  await expect(zoya.getByText('Muted by you')).toBeVisible();
  await expect.poll(() => loudest(page)).toBeLessThan(SILENCE_DB);
  await page.getByRole('button', { name: 'Unmute', exact: true }).first().click();
  expect(await heardDuring(guest.page, () => framesCome(2))).toBeGreaterThan(1e-4);

  await page.getByRole('button', { name: 'Camera on' }).click();
  await zoya.getByRole('button', { name: 'Remove Zoya' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Remove', exact: true }).click();
  await expect(guest.page.getByRole('heading', { name: 'The creator has removed you' })).toBeVisible();
  await expect(zoya).toHaveCount(0);
  await expect(page.getByRole('button', { name: /Camera/, pressed: true })).toBeVisible();
  await guest.page.reload();
  await expect(guest.page.getByRole('heading', { name: 'The creator has removed you' })).toBeVisible();
  await framesCome(1);
  await show.endWhole();
  expect([...guest.complaints, ...show.complaints]).toEqual([]);
});

/** A browser of its own that can be made to stand still: to everybody else that is a network which is cut. */
const openStoppable = async () => {
  const server = await chromium.launchServer({ executablePath: CHROMIUM_PATH, args: chromiumArguments() });
  const { pid } = server.process();
  if (pid === undefined) throw new Error('Chromium has no process');
  return {
    browser: await chromium.connect(server.wsEndpoint()),
    // the whole group: its pages and its network are processes of their own
    stop: () => process.kill(-pid, 'SIGSTOP'),
    goOn: () => process.kill(-pid, 'SIGCONT'),
    close: () => server.close(),
  };
};

test('a guest whose network is cut, who is loaded anew, killed or closed never touches the show', async ({
  browser,
}) => {
  const show = await openShow(browser, 'bilal', 'Through thick and thin');
  const { page, panel, framesCome } = show;
  const device = await openStoppable();
  const guest = await comeIn(device.browser, show, 'Zoya');
  const zoya = panel.getByRole('listitem').filter({ hasText: 'Zoya' });
  await page.getByRole('button', { name: 'Camera off' }).click();
  const isSeen = () => expect.poll(() => greenOf(page)).toBeGreaterThan(0.5);
  const isCard = () => expect.poll(() => greenOf(page)).toBeLessThan(0.1);
  await isSeen();

  device.stop();
  await expect(zoya.getByText(/Connection lost|Away for the moment/)).toBeVisible();
  await isCard();
  await framesCome(2);
  device.goOn();
  await expect(zoya.getByText('On the air', { exact: true })).toBeVisible();
  await isSeen();

  await guest.page.reload();
  await expect(guest.page.getByText('You are on the air', { exact: true })).toBeVisible();
  await isSeen();
  await framesCome(1);

  await guest.page.goto('chrome://crash').catch(() => {
    // the page is gone, as it should be
  });
  await expect(zoya.getByText('Away for the moment')).toBeVisible();
  await isCard();
  await framesCome(2);
  // nobody comes back, and the place is given up: the scene is what it was
  await expect(zoya).toHaveCount(0);
  await page.getByRole('button', { name: 'Camera on' }).click();
  await expect(page.getByRole('button', { name: /Camera/, pressed: true })).toBeVisible();

  const other = await comeIn(browser, show, 'Yusuf');
  await expect(page.getByRole('button', { name: /With guests/, pressed: true })).toBeVisible();
  await framesCome(1);
  await other.page.close({ runBeforeUnload: false });
  await expect(panel.getByText('Away for the moment')).toBeVisible();
  await framesCome(1);
  await device.close();
  await show.endWhole();
  expect(show.complaints).toEqual([]);
});

test('who comes as a guest, and who has guests, can use their pages whoever they are', async ({ browser }) => {
  const show = await openShow(browser, 'asha', 'For every guest');
  const phone = { viewport: { width: 390, height: 844 }, permissions: ['camera', 'microphone'] };
  const guest = await openPage(browser, show.link, phone);
  const theirs = watchAccess(guest.page);
  const studio = watchAccess(show.page);
  // a guest has not signed in, and so has no account menu; each menu is named in the language before
  for (const [menu, spoken, ask] of [
    ['Language', 'Roman Urdu', 'Shamil hone ki darkhwast karein'],
    ['Zabaan', 'اردو', 'شامل ہونے کی درخواست کریں'],
    ['زبان', 'English', 'Ask to join'],
  ] as const) {
    await guest.page.getByRole('button', { name: menu, exact: true }).click();
    await guest.page.getByRole('menuitemradio', { name: spoken }).click();
    await expect(guest.page.getByRole('button', { name: ask })).toBeVisible();
    await guest.page.keyboard.press('Escape');
    await expect(guest.page.getByRole('menu')).toHaveCount(0);
    await theirs.look(`the page of a guest in ${spoken}`);
  }
  await guest.page.getByLabel('Your name').fill('Zoya');
  await guest.page.keyboard.press('Enter');
  await expect(guest.page.getByText('Waiting to be let in')).toBeVisible();
  // what had the focus is gone, and must not take it along
  expect(await guest.page.evaluate(() => document.activeElement?.tagName)).not.toBe('BODY');
  await theirs.look('a guest who waits');
  await studio.look('the studio with somebody who waits');
  await show.panel.getByRole('button', { name: 'Let Zoya in' }).click();
  await expect(guest.page.getByText('You are on the air', { exact: true })).toBeVisible();
  await theirs.look('a guest on the air');
  await show.page.setViewportSize({ width: 390, height: 844 });
  await studio.look('the studio with a guest on the air');
  await show.panel.getByRole('button', { name: 'Turn off the link' }).click();
  await expect(show.panel.getByRole('button', { name: 'Invite a guest' })).toBeVisible();
  const late = await openPage(browser, show.link, phone);
  await late.page.getByLabel('Your name').fill('Late');
  await late.page.keyboard.press('Enter');
  await expect(late.page.getByText('This link no longer works', { exact: false })).toBeVisible();
  const never = watchAccess(late.page);
  await never.look('a link that leads nowhere');
  await guest.page.getByRole('button', { name: 'Leave' }).click();
  await expect(guest.page.getByRole('button', { name: 'Come back' })).toBeVisible();
  await theirs.look('a guest who has left');
  expect([...theirs.found, ...studio.found, ...never.found]).toEqual([]);
  await endShow(show.page);
});
