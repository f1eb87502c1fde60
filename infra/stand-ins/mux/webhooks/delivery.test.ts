import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { bodiesOf, emptyDir, startReceiver, startTestMux } from '../mux.testing.ts';
import { until } from '../../until.ts';

const CREATED = 'video.live_stream.created';

describe('a webhook', () => {
  it("is signed so that Mux's own SDK takes it, and nothing else passes", async () => {
    const receiver = await startReceiver();
    const { sdk } = await startTestMux({ webhookUrl: receiver.url });
    const { id } = await sdk.video.liveStreams.create({});
    await until('it comes', () => receiver.received.length === 1);
    const { body = '', headers = {} } = receiver.received[0] ?? {};
    await expect(sdk.webhooks.unwrap(body, headers)).resolves.toMatchObject({
      type: CREATED,
      object: { type: 'live', id },
      data: { id },
    });
    await expect(sdk.webhooks.unwrap(body.replace(CREATED, 'video.live_stream.deleted'), headers)).rejects.toThrow();
    await expect(sdk.webhooks.unwrap(body, headers, 'another secret')).rejects.toThrow();
  });

  it('has a time that none before it has', async () => {
    const { sdk, events } = await startTestMux();
    for (let n = 0; n < 20; n += 1) await sdk.video.liveStreams.create({});
    const times = bodiesOf(events).map(({ created_at }) => created_at);
    expect(times.every((time) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/.test(time))).toBe(true);
    expect([...new Set(times)].sort()).toEqual(times);
  });

  it('that is not taken comes again, later each time, and those behind it do not wait', async () => {
    const receiver = await startReceiver();
    receiver.answer(({ body }) => (body.includes('first') && receiver.received.length < 5 ? 503 : 200));
    const { sdk, lines } = await startTestMux({ webhookUrl: receiver.url });
    await sdk.video.liveStreams.create({ passthrough: 'first' });
    await sdk.video.liveStreams.create({ passthrough: 'second' });
    await until(
      'the first was taken',
      () => receiver.received.filter(({ body }) => body.includes('first')).length >= 4,
    );
    const second = receiver.received.findIndex(({ body }) => body.includes('second'));
    expect(second).toBeLessThan(receiver.received.length - 1);
    expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(2);
    expect(lines.join()).toContain('webhooks wait');
  });

  it('that is not answered in time comes again, and is given up in the end', async () => {
    const receiver = await startReceiver();
    receiver.answer(() => 'hang');
    const { sdk, lines } = await startTestMux({
      webhookUrl: receiver.url,
      limits: { webhookMs: 50, webhookGiveUpMs: 250 },
    });
    await sdk.video.liveStreams.create({});
    await until('it is given up', () => lines.some((line) => line.includes('given up')));
    const tries = receiver.received.length;
    expect(tries).toBeGreaterThan(1);
    await sdk.video.liveStreams.create({});
    await until('the next one is tried', () => receiver.received.length > tries);
    expect(receiver.received.at(-1)?.body).not.toBe(receiver.received[0]?.body);
  });

  it('waits through a restart', async () => {
    const dataDir = await emptyDir();
    const receiver = await startReceiver();
    receiver.answer(() => 500);
    const before = await startTestMux({ dataDir, webhookUrl: receiver.url });
    await before.sdk.video.liveStreams.create({ passthrough: 'kept' });
    await until('it was tried', () => receiver.received.length > 0);
    await before.close();
    receiver.answer(() => 200);
    const tries = receiver.received.length;
    const after = await startTestMux({ dataDir, webhookUrl: receiver.url });
    await until('it comes', () => receiver.received.length > tries);
    expect(receiver.received.at(-1)?.body).toBe(before.events.bodies()[0]);
    await until('nothing waits', async () => (await readdir(`${dataDir}/deliveries`)).length === 0);
    expect(after.events.bodies()).toEqual([]);
  });
});

describe('on demand, webhooks', () => {
  const three = async (faults: Parameters<Awaited<ReturnType<typeof startTestMux>>['faults']['set']>[0]) => {
    const receiver = await startReceiver();
    const mux = await startTestMux({ webhookUrl: receiver.url });
    mux.faults.set(faults);
    for (const passthrough of ['1', '2', '3']) await mux.sdk.video.liveStreams.create({ passthrough });
    const order = () =>
      receiver.received.map(({ body }) => (JSON.parse(body) as { data: { passthrough: string } }).data.passthrough);
    return { ...mux, receiver, order };
  };

  it('come twice', async () => {
    const { order } = await three({ webhooks: { duplicate: 1 } });
    await until('all came', () => order().length === 6);
    expect(order()).toEqual(['1', '1', '2', '2', '3', '3']);
  });

  it('come in another order', async () => {
    const { order } = await three({ webhooks: { reorder: 3 } });
    await until('all came', () => order().length === 3);
    expect(order()).toEqual(['3', '2', '1']);
  });

  it('come in another order, too, when fewer than asked for come', async () => {
    const { order } = await three({ webhooks: { reorder: 4 } });
    await until('all came', () => order().length === 3);
    expect(order()).toEqual(['3', '2', '1']);
  });

  it('come late', async () => {
    const began = Date.now();
    const { order } = await three({ webhooks: { delayMs: 300 } });
    await until('all came', () => order().length === 3);
    expect(Date.now() - began).toBeGreaterThanOrEqual(300);
    expect(order()).toEqual(['1', '2', '3']);
  });

  it('are held until they are let go', async () => {
    const { order, faults, receiver } = await three({ webhooks: { hold: true } });
    expect(receiver.received).toEqual([]);
    faults.clear();
    await until('all came', () => order().length === 3);
    expect(order()).toEqual(['1', '2', '3']);
  });
});
