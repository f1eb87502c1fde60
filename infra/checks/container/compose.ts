import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chromium, expect, type Page } from '@playwright/test';
import { WebSocket } from 'ws';
import { CLOSE } from '#wire';
import { readArguments } from '../../commands/read-arguments.mjs';
import { CHROMIUM_PATH, chromiumArguments } from '../lib/chromium.ts';
import { docker, engineMissing, interrupt, LABELLED, removeOurs } from './engine.ts';

/**
 * A browser goes live on what `localstack.yml` has brought up, is watched in a second one, and goes on when the worker is killed
 * and another container of the same image takes its place behind nginx. Then a picture is uploaded, posted and fetched.
 *
 *   npm run test:compose -- [http://localhost]
 *
 * With TRUSTED_HOPS=1, as which localstack.yml then has to be up, 150 creators behind one CDN are told from each other, too.
 *
 * Exit 1 when a promise was not held, 2 when nothing of it runs.
 */
const USAGE = `npm run test:compose -- [ORIGIN]

  ORIGIN    where localstack.yml's web is; http://localhost unless said, at WEB_PORT if that is in the environment

It wants  docker compose -f localstack.yml up --build  show, and a Chromium (CHROMIUM_PATH, or /usr/bin/chromium).`;
const { positionals } = readArguments(USAGE, { options: {}, words: 1 });
const { WEB_PORT: webPort = '80', TRUSTED_HOPS: hops = '0' } = process.env;
const [origin = new URL(`http://localhost:${webPort}`).origin] = positionals;
const SHOW = `Through nginx ${Date.now()}`;
const PATIENCE = { timeout: 90_000 };
/** How much of the show has to be seen after the worker's death. */
const AFTER_SECONDS = 15;
const UNTESTED = 2;

type Listed = { id: string; title: string; state: string };

const ingestContainer = async (): Promise<string | undefined> =>
  (await docker('ps', '--quiet', '--filter', 'label=com.docker.compose.service=ingest')).split('\n').find(Boolean);

/** A container of the same image, with the same settings, in the same network under the same name. */
const startLike = async (old: string): Promise<string> => {
  const inspect = (format: string) => docker('inspect', '--format', format, old);
  const [image, networks, variables] = await Promise.all([
    inspect('{{.Config.Image}}'),
    inspect('{{range $name, $_ := .NetworkSettings.Networks}}{{$name}} {{end}}'),
    inspect('{{range .Config.Env}}{{println .}}{{end}}'),
  ]);
  return docker(
    'run',
    '--detach',
    ...LABELLED,
    '--read-only',
    '--tmpfs=/tmp',
    '--cap-drop=ALL',
    `--volumes-from=${old}:ro`,
    `--network=${networks.trim().split(' ')[0] ?? ''}`,
    '--network-alias=ingest',
    ...variables
      .split('\n')
      .filter(Boolean)
      .flatMap((variable) => ['--env', variable]),
    image,
  );
};

/** The access token with which a page of somebody's asks the API. */
const tokenOf = async (page: Page): Promise<string> => {
  const asked = page.waitForRequest((request) => request.headers()['authorization'] !== undefined, PATIENCE);
  await page.reload();
  return (await asked).headers()['authorization'] ?? '';
};

const uploadPicture = async (authorization: string): Promise<void> => {
  const picture = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');
  const ask = async (path: string, body: object): Promise<Record<string, any>> => {
    const headers = { authorization, 'content-type': 'application/json' };
    const answer = await fetch(`${origin}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    assert.equal(answer.status, 201, `${path} answers ${answer.status}: ${await answer.clone().text()}`);
    return (await answer.json()) as Record<string, any>;
  };
  const form = await ask('/posts/uploads', { type: 'image/gif', bytes: picture.byteLength });
  assert.equal(new URL(form['url']).origin, new URL(origin).origin, 'it is sent through nginx');
  const fields = new FormData();
  for (const [name, value] of Object.entries(form['fields'])) fields.set(name, String(value));
  fields.set('file', new Blob([picture], { type: 'image/gif' }));
  const sent = await fetch(form['url'], { method: 'POST', body: fields });
  assert.equal(sent.status, 201, await sent.text());
  const post = await ask('/posts', { text: SHOW, uploadId: form['id'] });
  const fetched = await fetch(post['mediaUrl']);
  assert.equal(fetched.headers.get('content-type'), 'image/gif');
  // Written anew, so that nothing but the picture is in it.
  assert.equal(
    Buffer.from(await fetched.arrayBuffer())
      .subarray(0, 4)
      .toString(),
    'GIF8',
  );
};

/** Addresses that a CDN before nginx would tell of, and how often one of them may knock in a minute. */
const CREATORS = 150;
const A_MINUTE = 120;

/** How a handshake from this address is answered; its key is none, so that one that is let in is closed with `key-refused`. */
const knock = (address: string): Promise<number> =>
  new Promise((resolve) => {
    const url = `${origin.replace(/^http/, 'ws')}/stream/live/${'x'.repeat(32)}`;
    const socket = new WebSocket(url, { origin, headers: { 'x-forwarded-for': address } });
    socket.on('error', () => undefined);
    socket.once('unexpected-response', (_, response) => {
      resolve(response.statusCode ?? 0);
      socket.terminate();
    });
    socket.once('close', (code) => resolve(code));
  });

/** Whom nginx hands on stands where the worker looks: each creator is one, and one who knocks all the time is held up alone. */
const tellApart = async (): Promise<void> => {
  for (let creator = 0; creator < CREATORS; creator += 1)
    assert.equal(await knock(`198.51.100.${creator}`), CLOSE['key-refused'].code, `creator ${creator}`);
  const answers: number[] = [];
  for (let times = 0; times <= A_MINUTE; times += 1) answers.push(await knock('192.0.2.1'));
  assert.equal(answers.filter((code) => code === 429).length, 1, 'the 121st of one address in a minute');
  assert.equal(await knock('made-up, 192.0.2.1'), 429, 'whatever it says of itself');
  console.log(`✓ ${CREATORS} creators behind one CDN told apart, and one who knocks too often held up alone`);
};

const play = async (old: string): Promise<void> => {
  const browser = await chromium.launch({
    executablePath: CHROMIUM_PATH,
    args: chromiumArguments(),
  });
  try {
    const context = await browser.newContext({ permissions: ['camera', 'microphone'] });
    const page = await context.newPage();
    await page.goto(origin);
    await page.getByRole('button', { name: 'Sign in' }).first().click();
    await page.getByRole('button', { name: /asha/i }).click();
    await expect(page.getByRole('button', { name: 'Sign in' })).toHaveCount(0, PATIENCE);
    await page.goto(`${origin}/studio`);
    await page.getByRole('button', { name: 'Go Live', exact: true }).click(PATIENCE);
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Title').fill(SHOW);
    await dialog.getByRole('button', { name: 'Start' }).click();
    await expect(page.getByText('Streaming…')).toBeVisible(PATIENCE);
    console.log('✓ live through nginx');

    const onAir = async (): Promise<string | undefined> => {
      const { items } = (await (await fetch(`${origin}/stream?state=live`)).json()) as { items: Listed[] };
      return items.find(({ title }) => title === SHOW)?.id;
    };
    await expect.poll(onAir, PATIENCE).toBeDefined();
    const id = (await onAir()) ?? '';
    const viewer = await (await browser.newContext()).newPage();
    await viewer.goto(`${origin}/watch/${id}`);
    const playedTo = (): Promise<number> =>
      viewer
        .getByTestId('player')
        .evaluate((element) => ('currentTime' in element ? Number(element.currentTime) : 0))
        .catch(() => 0);
    await expect.poll(playedTo, PATIENCE).toBeGreaterThan(2);
    console.log('✓ watched by HLS');

    const killedAt = await playedTo();
    await docker('kill', old);
    const another = await startLike(old);
    console.log(`✓ the worker killed in the middle of the show, and ${another.slice(0, 12)} put in its place`);
    await expect.poll(playedTo, PATIENCE).toBeGreaterThan(killedAt + AFTER_SECONDS);
    assert.equal(await onAir(), id, 'the show is still on the air');
    await expect(page.getByText('Streaming…')).toBeVisible(PATIENCE);
    console.log(`✓ the show goes on: watched from ${killedAt.toFixed(1)} s to ${(await playedTo()).toFixed(1)} s`);

    await page.getByRole('button', { name: 'End', exact: true }).click();
    await page.getByRole('button', { name: 'End the show' }).click();
    const state = async (): Promise<string> => ((await (await fetch(`${origin}/stream/${id}`)).json()) as Listed).state;
    await expect.poll(state, PATIENCE).toBe('ended');
    console.log('✓ ended');
    await uploadPicture(await tokenOf(page));
    console.log('✓ a picture uploaded, posted and fetched');
    if (hops === '1') await tellApart();
  } finally {
    await browser.close();
  }
};

const run = async (): Promise<number> => {
  const missing = await engineMissing();
  const worker = missing ? undefined : await ingestContainer();
  if (missing || !worker) {
    const why = missing ?? 'no ingest container runs: docker compose -f localstack.yml up --build';
    console.error(`✗ npm run test:compose needs localstack.yml to be up, and ${why}. Nothing was tested.`);
    return UNTESTED;
  }
  const asked = Promise.race(['SIGINT', 'SIGTERM'].map((signal) => once(process, signal)));
  const code = await Promise.race([play(worker).then(() => 0), asked.then(() => 1)]).catch((cause: unknown) => {
    console.error(`✗ ${cause instanceof Error ? cause.message : String(cause)}`);
    return 1;
  });
  // As it was found: without ours, and with the worker that was killed.
  await docker('start', worker).catch(() => undefined);
  interrupt();
  await removeOurs();
  return code;
};

process.exit(await run());
