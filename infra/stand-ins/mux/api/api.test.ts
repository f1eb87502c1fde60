import { writeFile } from 'node:fs/promises';
import Mux, { APIConnectionError, APIConnectionTimeoutError, APIError } from '@mux/mux-node';
import { describe, expect, it } from 'vitest';
import { bodiesOf, emptyDir, PUBLIC, startReceiver, startTestMux, TOKEN } from '../mux.testing.ts';

/** Mux's error, as the official SDK hands it on. */
const refusal = async (call: Promise<unknown>): Promise<{ status: number | undefined; type: string }> => {
  const cause: unknown = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(cause instanceof APIError)) throw new Error('the call was not refused');
  return { status: cause.status, type: (cause.error as { error: { type: string } }).error.type };
};

describe('live streams', () => {
  it('are created as asked and read back', async () => {
    const { sdk, events } = await startTestMux();
    const made = await sdk.video.liveStreams.create({
      ...PUBLIC,
      latency_mode: 'low',
      passthrough: 'p',
      meta: { title: 'A show' },
    });

    expect(made).toMatchObject({
      status: 'idle',
      latency_mode: 'low',
      reconnect_window: 20,
      max_continuous_duration: 43_200,
      passthrough: 'p',
    });
    expect(made.playback_ids).toEqual([{ id: expect.stringMatching(/^[A-Za-z0-9]{44}$/), policy: 'public' }]);
    expect(made.stream_key).not.toBe('');
    expect(await sdk.video.liveStreams.retrieve(made.id)).toEqual(made);
    expect(bodiesOf(events)).toMatchObject([
      { type: 'video.live_stream.created', data: { id: made.id, created_at: Number(made.created_at) } },
    ]);
  });

  it('have a reconnect window of 60 s, and of none when the latency is reduced or low', async () => {
    const { sdk } = await startTestMux();
    const windowOf = async (body: Mux.Video.LiveStreamCreateParams) =>
      (await sdk.video.liveStreams.create(body)).reconnect_window;
    expect([
      await windowOf({}),
      await windowOf({ latency_mode: 'reduced' }),
      await windowOf({ low_latency: true }),
    ]).toEqual([60, 0, 0]);
  });

  it('are listed newest first, a page at a time, and found by key and by status', async () => {
    const { sdk } = await startTestMux();
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) ids.unshift((await sdk.video.liveStreams.create({ passthrough: String(n) })).id);
    await sdk.video.liveStreams.disable(ids[1] ?? '');

    const all: string[] = [];
    for await (const { id } of sdk.video.liveStreams.list({ limit: 2 })) all.push(id);
    expect(all).toEqual(ids);
    const { stream_key } = await sdk.video.liveStreams.retrieve(ids[3] ?? '');
    expect((await sdk.video.liveStreams.list({ stream_key })).data.map(({ id }) => id)).toEqual([ids[3]]);
    expect((await sdk.video.liveStreams.list({ status: 'disabled' })).data.map(({ id }) => id)).toEqual([ids[1]]);
  });

  it('change what Mux lets be changed, and nothing else', async () => {
    const { sdk, seen } = await startTestMux();
    const { id } = await sdk.video.liveStreams.create(PUBLIC);
    const changed = await sdk.video.liveStreams.update(id, {
      reconnect_window: 1_800,
      new_asset_settings: { meta: { title: 'New' } },
    });
    expect(changed).toMatchObject({
      reconnect_window: 1_800,
      new_asset_settings: { playback_policies: ['public'], meta: { title: 'New' } },
    });
    await seen('video.live_stream.updated');

    for (const body of [
      { reconnect_window: 1_801 },
      { max_continuous_duration: 59 },
      { playback_policies: ['public'] },
      { new_asset_settings: { playback_policies: ['public'] } },
    ])
      expect(await refusal(sdk.video.liveStreams.update(id, body as Mux.Video.LiveStreamUpdateParams))).toEqual({
        status: 400,
        type: 'invalid_parameters',
      });
  });

  it('add and lose playback ids, and the lookup knows whose they are', async () => {
    const { sdk } = await startTestMux();
    const { id } = await sdk.video.liveStreams.create({});
    const added = await sdk.video.liveStreams.createPlaybackId(id, { policy: 'signed' });
    expect(await sdk.video.liveStreams.retrievePlaybackId(id, added.id)).toEqual(added);
    expect(await sdk.video.playbackIds.retrieve(added.id)).toEqual({ ...added, object: { id, type: 'live_stream' } });

    await sdk.video.liveStreams.deletePlaybackId(id, added.id);
    expect((await sdk.video.liveStreams.retrieve(id)).playback_ids).toEqual([]);
    expect(await refusal(sdk.video.playbackIds.retrieve(added.id))).toEqual({ status: 404, type: 'not_found' });
  });

  it('have simulcast targets, six at most, while they are idle', async () => {
    const { sdk, seen } = await startTestMux();
    const { id } = await sdk.video.liveStreams.create({
      simulcast_targets: [{ url: 'rtmp://127.0.0.1:1/app', stream_key: 'k' }],
    });
    await seen('video.live_stream.simulcast_target.created');
    const target = await sdk.video.liveStreams.createSimulcastTarget(id, { url: 'rtmps://127.0.0.1:1/app' });
    expect(await sdk.video.liveStreams.retrieveSimulcastTarget(id, target.id)).toMatchObject({ status: 'idle' });
    for (let n = 2; n < 6; n += 1)
      await sdk.video.liveStreams.createSimulcastTarget(id, { url: 'rtmp://127.0.0.1:1/app' });
    expect(
      await refusal(sdk.video.liveStreams.createSimulcastTarget(id, { url: 'rtmp://127.0.0.1:1/app' })),
    ).toMatchObject({ status: 400 });
    await sdk.video.liveStreams.deleteSimulcastTarget(id, target.id);
    await seen('video.live_stream.simulcast_target.deleted');
    expect((await sdk.video.liveStreams.retrieve(id)).simulcast_targets).toHaveLength(5);
  });

  it('keep subtitles and static renditions as settings, and refuse what Mux refuses', async () => {
    const { sdk } = await startTestMux();
    const { id } = await sdk.video.liveStreams.create({});
    const embedded = await sdk.video.liveStreams.updateEmbeddedSubtitles(id, {
      embedded_subtitles: [{ language_channel: 'cc2' }],
    });
    expect(embedded.embedded_subtitles).toEqual([{ name: 'en', language_code: 'en', language_channel: 'cc2' }]);
    const generated = await sdk.video.liveStreams.updateGeneratedSubtitles(id, {
      generated_subtitles: [{ language_code: 'fr', name: 'French' }],
    });
    expect(generated.generated_subtitles).toEqual([{ language_code: 'fr', name: 'French' }]);
    const renditions = await sdk.video.liveStreams.updateNewAssetSettingsStaticRenditions(id, {
      static_renditions: [{ resolution: '720p' }],
    });
    expect(renditions.new_asset_settings?.static_renditions).toEqual([{ resolution: '720p' }]);
    await sdk.video.liveStreams.deleteNewAssetSettingsStaticRenditions(id);
    expect((await sdk.video.liveStreams.retrieve(id)).new_asset_settings?.static_renditions).toBeUndefined();
    expect(
      await refusal(
        sdk.video.liveStreams.create({ latency_mode: 'low', generated_subtitles: [{ language_code: 'en' }] }),
      ),
    ).toMatchObject({ status: 400 });
  });

  it('are gone when they are deleted', async () => {
    const { sdk, seen } = await startTestMux();
    const { id } = await sdk.video.liveStreams.create(PUBLIC);
    await sdk.video.liveStreams.delete(id);
    await seen('video.live_stream.deleted');
    expect(await refusal(sdk.video.liveStreams.retrieve(id))).toEqual({ status: 404, type: 'not_found' });
    expect(await refusal(sdk.video.liveStreams.complete(id))).toEqual({ status: 404, type: 'not_found' });
  });
});

describe('the system API', () => {
  it('says who one is', async () => {
    const { sdk } = await startTestMux();
    expect(await sdk.system.utilities.whoami()).toMatchObject({
      access_token_name: TOKEN.id,
      environment_type: 'development',
    });
  });

  it('gives a signing key away once', async () => {
    const { sdk } = await startTestMux();
    const made = await sdk.system.signingKeys.create();
    expect(Buffer.from(made.private_key ?? '', 'base64').toString()).toContain('PRIVATE KEY');
    expect(await sdk.system.signingKeys.retrieve(made.id)).toEqual({ id: made.id, created_at: made.created_at });
    expect((await sdk.system.signingKeys.list()).data).toHaveLength(1);
    await sdk.system.signingKeys.delete(made.id);
    expect(await refusal(sdk.system.signingKeys.retrieve(made.id))).toMatchObject({ status: 404 });
  });

  it('takes webhooks with a secret of their own, which it tells once', async () => {
    const { sdk } = await startTestMux();
    const receiver = await startReceiver();
    const { signing_secret, ...made } = await sdk.system.webhooks.create({ address: receiver.url });
    expect(await sdk.system.webhooks.retrieve(made.id)).toEqual(made);
    expect(await refusal(sdk.system.webhooks.create({ address: receiver.url }))).toMatchObject({ status: 400 });

    await sdk.video.liveStreams.create({});
    await expect.poll(() => receiver.received.length).toBe(1);
    const [first] = receiver.received;
    await expect(sdk.webhooks.unwrap(first?.body ?? '', first?.headers ?? {}, signing_secret)).resolves.toMatchObject({
      type: 'video.live_stream.created',
    });

    await sdk.system.webhooks.update(made.id, { enabled: false });
    await sdk.video.liveStreams.create({});
    await sdk.system.webhooks.update(made.id, { enabled: true });
    await sdk.video.liveStreams.create({ passthrough: 'heard' });
    await expect.poll(() => receiver.received.length).toBe(2);
    expect(receiver.received[1]?.body).toContain('heard');
    await sdk.system.webhooks.delete(made.id);
    expect((await sdk.system.webhooks.list()).data).toEqual([]);
  });
});

describe('a call', () => {
  it('needs the token, by Basic or Bearer', async () => {
    const { url, sdk } = await startTestMux();
    const stranger = new Mux({ tokenId: TOKEN.id, tokenSecret: 'wrong', baseURL: url, maxRetries: 0 });
    expect(await refusal(stranger.video.liveStreams.list())).toEqual({ status: 401, type: 'unauthorized' });
    expect(
      (await fetch(`${url}/video/v1/assets`, { headers: { authorization: `Bearer ${TOKEN.secret}` } })).status,
    ).toBe(200);
    expect((await fetch(`${url}/_local/faults`)).status).toBe(401);
    expect(await refusal(sdk.get('/video/v1/nothing'))).toEqual({ status: 404, type: 'not_found' });
  });

  it('is refused when its body is misspelt, no JSON, or too large', async () => {
    const { sdk, url } = await startTestMux();
    const authorization = `Bearer ${TOKEN.secret}`;
    const post = (body: string) =>
      fetch(`${url}/video/v1/live-streams`, { method: 'POST', headers: { authorization }, body });
    expect(await refusal(sdk.post('/video/v1/live-streams', { body: { playback_polices: ['public'] } }))).toMatchObject(
      { status: 400 },
    );
    expect((await post('{')).status).toBe(400);
    expect((await post(JSON.stringify({ passthrough: 'x'.repeat(256) }))).status).toBe(400);
    expect((await post(JSON.stringify({ passthrough: 'x'.repeat(65_536) }))).status).toBe(413);
  });

  it('goes wrong on demand: rate limited, failed, or lost after it took effect', async () => {
    const { sdk, faults, url } = await startTestMux();
    faults.set({ api: { answer: 'rate-limited', times: 1, match: 'POST /video/v1/live-streams' } });
    expect((await sdk.video.liveStreams.list()).data).toEqual([]);
    expect(await refusal(sdk.video.liveStreams.create({}))).toMatchObject({ status: 429 });
    expect((await sdk.video.liveStreams.create({})).status).toBe('idle');

    faults.set({ api: { answer: 'error' } });
    expect(await refusal(sdk.video.liveStreams.list())).toMatchObject({ status: 500 });

    faults.set({ api: { answer: 'lost', times: 1 } });
    await expect(sdk.video.liveStreams.create({ passthrough: 'twice' })).rejects.toBeInstanceOf(APIConnectionError);
    const doubled = (await sdk.video.liveStreams.list()).data.filter(({ passthrough }) => passthrough === 'twice');
    expect(doubled).toHaveLength(1);

    faults.set({ api: { answer: 'never', times: 1 } });
    const patient = new Mux({
      tokenId: TOKEN.id,
      tokenSecret: TOKEN.secret,
      baseURL: url,
      maxRetries: 0,
      timeout: 100,
    });
    await expect(patient.video.liveStreams.create({ passthrough: 'never' })).rejects.toBeInstanceOf(
      APIConnectionTimeoutError,
    );
    expect((await sdk.video.liveStreams.list()).data.filter(({ passthrough }) => passthrough === 'never')).toEqual([]);
  });

  it('takes faults over HTTP, and refuses those that do not exist', async () => {
    const { local, faults } = await startTestMux();
    const put = (body: unknown) => local('/faults', { method: 'PUT', body: JSON.stringify(body) });
    expect(await (await put({ rtmps: { stall: true } })).json()).toEqual({ rtmps: { stall: true } });
    expect(faults.now).toEqual({ rtmps: { stall: true } });
    expect((await put({ rtmps: { explode: true } })).status).toBe(400);
    expect((await local('/faults', { method: 'DELETE' })).status).toBe(204);
    expect(faults.now).toEqual({});
  });
});

describe('a restart', () => {
  it('finds what was said to be kept, and sets aside what cannot be read', async () => {
    const dataDir = await emptyDir();
    const before = await startTestMux({ dataDir });
    const made = await before.sdk.video.liveStreams.create(PUBLIC);
    const key = await before.sdk.system.signingKeys.create();
    await before.close();
    await writeFile(`${dataDir}/live-streams/broken.json`, '{"id":');

    const after = await startTestMux({ dataDir });
    expect(await after.sdk.video.liveStreams.retrieve(made.id)).toEqual(made);
    expect((await after.sdk.system.signingKeys.list()).data).toMatchObject([{ id: key.id }]);
    expect(after.lines.join()).toContain('broken.json');
  });
});
