import { createHmac } from 'node:crypto';
import Mux from '@mux/mux-node';
import { afterAll, describe, expect, it } from 'vitest';
import { createMuxEventStore } from '#store/events';
import { TableUnavailable } from '#store/dynamo';
import { openShowRooms } from '../show-rooms.testing.ts';
import { createVerifyWebhook } from '../video/mux-signature.ts';
import { muxShow } from '../video/mux-show.testing.ts';
import { createWebhooksApp } from './app.ts';

const OLD = 'the secret that is being replaced';
const NEW = 'the secret that replaces it';

const rooms = await openShowRooms();
afterAll(() => rooms.close());

/** The room with real signatures, at the present: the SDK looks at the system's clock. */
const make = (overrides: Partial<Parameters<typeof createWebhooksApp>[0]> = {}) => {
  const clock = () => new Date();
  const told: unknown[] = [];
  const app = createWebhooksApp({
    log: rooms.base.log,
    verify: createVerifyWebhook({
      mux: new Mux({ tokenId: 'none', tokenSecret: 'none' }),
      secrets: [NEW, OLD],
      clock,
    }),
    events: createMuxEventStore(rooms.base),
    changed: async (change) => void told.push(change),
    clock,
    ...overrides,
  });
  const send = async (body: string, header?: string) => {
    const response = await app.request('/webhooks/mux', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(header !== undefined && { 'mux-signature': header }) },
      body,
    });
    const answered: any = await response.json();
    return { status: response.status, body: answered };
  };
  return { app, told, send };
};

const signed = (body: string, secret = NEW, ageSeconds = 0): string => {
  const t = Math.floor(Date.now() / 1_000) - ageSeconds;
  return `t=${t},v1=${createHmac('sha256', secret).update(`${t}.${body}`).digest('hex')}`;
};

let number = 0;
const event = (type = 'video.live_stream.active'): string =>
  JSON.stringify({
    ...muxShow({ liveStreamId: 'foreign', assetId: `f${++number}`, startedAt: Date.now() }).active(),
    type,
  });

const REFUSED = { status: 400, body: { error: 'signature-invalid', message: expect.any(String) } };

describe('a signature', () => {
  it.each([
    ['now', NEW, 0],
    ['by the secret that is being replaced', OLD, 0],
    ['from 299 seconds ago', NEW, 299],
    ['from 299 seconds to come', NEW, -299],
  ])('is taken %s', async (_, secret, age) => {
    const body = event();
    expect(await make().send(body, signed(body, secret, age))).toEqual({
      status: 200,
      body: { ok: true, known: false },
    });
  });

  it.each([
    ['from an hour ago', (body: string) => signed(body, NEW, 3_600)],
    ['from 302 seconds ago', (body: string) => signed(body, NEW, 302)],
    ['from a day to come', (body: string) => signed(body, NEW, -86_400)],
    ['by another secret', (body: string) => signed(body, 'made up')],
    ['of another body', () => signed('{}')],
    ['without a stamp', (body: string) => signed(body).replace(/t=\d+,/, '')],
    ['without a signature', () => `t=${Math.floor(Date.now() / 1_000)}`],
    ['of nonsense', () => 't=now,v1=zz'],
    ['not at all', () => undefined],
  ])('is refused %s', async (_, header) => {
    const body = event();
    const { send } = make();
    expect(await send(body, header(body))).toEqual(REFUSED);
  });

  it('is of the very bytes, spaces and all', async () => {
    const body = `\n${event()}  `;
    const { send } = make();
    expect((await send(body, signed(body))).status).toBe(200);
    expect(await send(body.trim(), signed(body))).toEqual(REFUSED);
  });
});

describe('an event', () => {
  it('that comes again is known, and changes nothing', async () => {
    const { send } = make();
    const body = event();
    expect((await send(body, signed(body))).body).toEqual({ ok: true, known: false });
    expect((await send(body, signed(body))).body).toEqual({ ok: true, known: true });
  });

  it('that comes a hundred times at once is applied once', async () => {
    const { send } = make();
    const body = event();
    const answers = await Promise.all(Array.from({ length: 100 }, () => send(body, signed(body))));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(answers.filter((answer) => !answer.body.known)).toHaveLength(1);
  });

  it.each(['video.live_stream.something_new', 'video.upload.created', 'account.something', 'video.asset.track.ready'])(
    'of the type %s is kept and answered 200',
    async (type) => {
      const { send, told } = make();
      const body = event(type);
      expect((await send(body, signed(body))).status).toBe(200);
      expect((await send(body, signed(body))).body).toEqual({ ok: true, known: true });
      expect(told).toEqual([]);
    },
  );

  it.each([
    '',
    'null',
    '[]',
    '{"type":1}',
    '{"type":"video.asset.ready","id":"x","created_at":"yesterday","data":{}}',
    '{',
  ])('that is none (%s) is refused, although it is signed', async (body) => {
    expect(await make().send(body, signed(body))).toMatchObject({ status: 400, body: { error: 'invalid-request' } });
  });

  it('with data that we cannot read is kept and changes nothing', async () => {
    const { send } = make();
    const body = JSON.stringify({ ...JSON.parse(event()), data: { id: 7 } });
    expect((await send(body, signed(body))).status).toBe(200);
  });

  it('is not answered 2xx while the table is away, so that Mux sends it again', async () => {
    const away = make({ events: { apply: () => Promise.reject(new TableUnavailable('away')) } });
    const body = event();
    expect(await away.send(body, signed(body))).toMatchObject({
      status: 503,
      body: { error: 'temporarily-unavailable' },
    });
    expect((await make().send(body, signed(body))).body).toEqual({ ok: true, known: false });
  });

  it('that was applied when what follows from it failed, has that done when it comes again', async () => {
    const { creator, create, feed, fake } = rooms;
    const { id, key } = await create(creator);
    await feed(key);
    const mux = muxShow({ liveStreamId: fake.made[0]!.id, assetId: 'followed', startedAt: rooms.now() });
    const body = JSON.stringify(mux.active());
    const failing = make({ changed: () => Promise.reject(new Error('no post today')) });
    expect((await failing.send(body, signed(body))).status).toBe(500);
    const { send, told } = make();
    expect((await send(body, signed(body))).body).toEqual({ ok: true, known: true });
    expect(told).toMatchObject([{ before: { id, state: 'live' }, after: { id, state: 'live' } }]);
  });

  it('of 300 KB is refused', async () => {
    const body = JSON.stringify({ ...JSON.parse(event()), more: 'x'.repeat(300_000) });
    expect(await make().send(body, signed(body))).toMatchObject({ status: 413 });
  });
});

it('keeps and logs nothing of Mux’s secrets', async () => {
  const { send } = make();
  const body = event();
  await send(body, signed(body));
  await send(body, 't=1,v1=00');
  expect(JSON.stringify([await rooms.everything(), rooms.logged])).not.toContain('mux-secret');
});
