import { generateKeyPairSync, verify as verifySignature } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import Mux from '@mux/mux-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VideoFault } from './live-video.ts';
import { createMuxVideo } from './mux.ts';
import { createPatience, PATIENCE } from './patience.ts';

type Answer = { status: number; body?: unknown; headers?: Record<string, string> } | 'hang' | 'reset';
type Request = { method: string; path: string; body: unknown };

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** Mux as a server that answers what a test says, and the official SDK before it. */
const openMux = async (answer: (request: Request, number: number) => Answer, attemptMs = 4_000) => {
  const requests: Request[] = [];
  const waited: number[] = [];
  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    let text = '';
    for await (const part of request) text += String(part);
    const asked = {
      method: request.method ?? '',
      path: request.url ?? '',
      body: text === '' ? undefined : JSON.parse(text),
    };
    requests.push(asked);
    const given = answer(asked, requests.length);
    if (given === 'hang') return;
    if (given === 'reset') {
      request.socket.destroy();
      return;
    }
    response.writeHead(given.status, { 'content-type': 'application/json', ...given.headers });
    response.end(given.body === undefined ? undefined : JSON.stringify(given.body));
  };
  const server = createServer((request, response) => void respond(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });
  const { port } = server.address() as AddressInfo;
  const mux = new Mux({
    tokenId: 'id',
    tokenSecret: 'secret',
    maxRetries: 0,
    logLevel: 'off',
    baseURL: `http://127.0.0.1:${port}`,
  });
  // time passes by waiting alone
  let now = 0;
  const patiently = createPatience({
    clock: () => now,
    wait: async (ms) => {
      waited.push(ms);
      now += ms;
    },
    random: () => 0.5,
    patience: { ...PATIENCE, attemptMs, leastMs: attemptMs },
  });
  const { privateKey, publicKey } = KEYS;
  const video = createMuxVideo({
    mux,
    patiently,
    streamUrl: 'https://stream.test',
    imageUrl: 'https://image.test',
    signingKey: { id: 'key-1', privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() },
  });
  return { video, requests, waited, publicKey };
};

const KEYS = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const LIVE = {
  id: 'live1',
  created_at: '1700000000',
  latency_mode: 'low',
  max_continuous_duration: 43_200,
  status: 'idle',
  stream_key: 'mux-key',
  reconnect_window: 60,
  playback_ids: [{ id: 'play1', policy: 'public' }],
  passthrough: 'vybzz:usr_1:public',
};
const WANTED = {
  passthrough: 'vybzz:usr_1:public',
  visibility: 'public',
  test: false,
  latency: 'low',
  reconnectWindowSeconds: 60,
} as const;
const OK = { status: 201, body: { data: LIVE } };

describe('a live stream', () => {
  it('is made with everything said that Mux would else decide for us', async () => {
    const { video, requests } = await openMux(() => OK);
    expect(await video.make(WANTED)).toEqual({
      id: 'live1',
      muxStreamKey: 'mux-key',
      playbackId: 'play1',
      latency: 'low',
      reconnectWindowSeconds: 60,
    });
    expect(requests).toEqual([
      {
        method: 'POST',
        path: '/video/v1/live-streams',
        body: {
          passthrough: 'vybzz:usr_1:public',
          playback_policies: ['public'],
          new_asset_settings: { playback_policies: ['public'] },
          latency_mode: 'low',
          reconnect_window: 60,
          max_continuous_duration: 43_200,
        },
      },
    ]);
  });

  it('for followers is signed throughout, and one for a test says so', async () => {
    const { video, requests } = await openMux(() => OK);
    await video.make({ ...WANTED, visibility: 'followers', test: true });
    expect(requests[0]?.body).toMatchObject({
      playback_policies: ['signed'],
      new_asset_settings: { playback_policies: ['signed'] },
      test: true,
    });
  });

  it('for encoders is opened and shut, and gets another key', async () => {
    const { video, requests } = await openMux(({ path }) =>
      path.includes('gone')
        ? { status: 404, body: { error: { type: 'not_found', messages: [] } } }
        : { status: 201, body: { data: { ...LIVE, stream_key: 'another', srt_passphrase: 'passphrase' } } },
    );
    expect([await video.open('live1'), await video.shut('live1')]).toEqual(['done', 'done']);
    expect(await video.newKey('live1')).toEqual({ streamKey: 'another', srtPassphrase: 'passphrase' });
    expect([await video.open('gone'), await video.shut('gone'), await video.newKey('gone')]).toEqual([
      'gone',
      'gone',
      undefined,
    ]);
    expect(requests.slice(0, 3).map(({ method, path }) => `${method} ${path}`)).toEqual([
      'PUT /video/v1/live-streams/live1/enable',
      'PUT /video/v1/live-streams/live1/disable',
      'POST /video/v1/live-streams/live1/reset-stream-key',
    ]);
  });

  it('has what is said written along, or no longer', async () => {
    const { video, requests } = await openMux(() => ({ status: 200, body: { data: LIVE } }));
    expect([await video.caption('live1', 'es'), await video.caption('live1', undefined)]).toEqual(['done', 'done']);
    expect(requests.map(({ path, body }) => [path, body])).toEqual([
      [
        '/video/v1/live-streams/live1/generated-subtitles',
        { generated_subtitles: [{ name: 'Español', language_code: 'es' }] },
      ],
      ['/video/v1/live-streams/live1/generated-subtitles', { generated_subtitles: [] }],
    ]);
  });

  it('a part of its recording is asked for once, and tells whose it is', async () => {
    const id = 'str_00000000000000000000000000';
    const passthrough = `vybzz:trim:${id}:7000`;
    const asset = { id: 'part', created_at: '6', status: 'preparing', passthrough, source_asset_id: 'whole' };
    const { video, requests } = await openMux(() => ({ status: 201, body: { data: asset } }));
    const wanted = {
      assetId: 'whole',
      from: 1.5,
      to: 9,
      passthrough,
      visibility: 'public',
      captions: 'fr',
      test: false,
    } as const;
    expect(await video.trim(wanted)).toEqual({
      id: 'part',
      seenAt: 6_000_000,
      overAt: 6_000_000,
      trimAt: 7_000,
      status: { is: 'preparing', at: 6_000_000 },
    });
    expect(requests[0]).toMatchObject({
      path: '/video/v1/assets',
      body: {
        inputs: [
          {
            url: 'mux://assets/whole',
            start_time: 1.5,
            end_time: 9,
            generated_subtitles: [{ name: 'Français', language_code: 'fr' }],
          },
        ],
        playback_policies: ['public'],
        passthrough,
      },
    });
    const broken = await openMux(() => ({ status: 500, body: {} }));
    await expect(broken.video.trim(wanted)).rejects.toMatchObject({ because: 'down', doubtful: true });
    expect(broken.requests).toHaveLength(1);
  });

  it('is set, completed, removed; and gone is an answer, not a fault', async () => {
    const { video, requests } = await openMux(({ method }) =>
      method === 'DELETE'
        ? { status: 404, body: { error: { type: 'not_found', messages: [] } } }
        : { status: 200, body: { data: LIVE } },
    );
    expect([
      await video.set('live1', { latency: 'standard', reconnectWindowSeconds: 30 }),
      await video.complete('live1'),
      await video.remove('live1'),
      await video.removeRecording('asset1'),
    ]).toEqual(['done', 'done', 'gone', 'gone']);
    expect(requests.map(({ method, path, body }) => [method, path, body])).toEqual([
      ['PATCH', '/video/v1/live-streams/live1', { latency_mode: 'standard', reconnect_window: 30 }],
      ['PUT', '/video/v1/live-streams/live1/complete', undefined],
      ['DELETE', '/video/v1/live-streams/live1', undefined],
      ['DELETE', '/video/v1/assets/asset1', undefined],
    ]);
  });
});

describe('a recording', () => {
  const asset = (more: object) => ({ status: 200, body: { data: { id: 'asset1', status: 'ready', ...more } } });
  const paths = (requests: Request[]) => requests.map(({ method, path, body }) => [method, path, body]);

  it('is opened to others by an address of the other kind, and by no other any more', async () => {
    const { video, requests } = await openMux(({ method }) => {
      if (method === 'GET') return asset({ playback_ids: [{ id: 'open', policy: 'public' }] });
      return method === 'POST' ? { status: 201, body: { data: { id: 'shut', policy: 'signed' } } } : { status: 204 };
    });
    expect(await video.openTo('asset1', 'followers')).toEqual({ playbackId: 'shut' });
    expect(paths(requests)).toEqual([
      ['GET', '/video/v1/assets/asset1', undefined],
      ['POST', '/video/v1/assets/asset1/playback-ids', { policy: 'signed' }],
      ['DELETE', '/video/v1/assets/asset1/playback-ids/open', undefined],
    ]);
  });

  it('goes on with what is left where it was opened before, and is nothing where it has gone', async () => {
    const ids = [
      { id: 'open', policy: 'public' },
      { id: 'shut', policy: 'signed' },
    ];
    const { video, requests } = await openMux(({ method }) =>
      method === 'GET' ? asset({ playback_ids: ids }) : { status: 204 },
    );
    expect(await video.openTo('asset1', 'followers')).toEqual({ playbackId: 'shut' });
    expect(requests.map(({ method }) => method)).toEqual(['GET', 'DELETE']);
    const gone = await openMux(() => ({ status: 404, body: { error: { type: 'not_found', messages: [] } } }));
    expect(await gone.video.openTo('asset1', 'public')).toBeUndefined();
    const file = { assetId: 'asset1', playbackId: 'play1', signed: false, name: 'First' };
    expect(await gone.video.file(file)).toEqual({ is: 'none' });
  });

  it('is made one file on the first asking, and told of on the next', async () => {
    let made = false;
    const { video, requests } = await openMux(({ method }) => {
      if (method === 'POST') {
        made = true;
        return { status: 201, body: { data: { id: 'file1' } } };
      }
      return asset(made ? { static_renditions: { files: [{ name: 'highest.mp4', status: 'preparing' }] } } : {});
    });
    const file = { assetId: 'asset1', playbackId: 'play1', signed: false, name: 'First-light' };
    expect(await video.file(file)).toEqual({ is: 'preparing' });
    expect(await video.file(file)).toEqual({ is: 'preparing' });
    expect(requests.filter(({ method }) => method === 'POST').map(({ body }) => body)).toEqual([
      { resolution: 'highest' },
    ]);
    const ready = await openMux(() =>
      asset({ static_renditions: { files: [{ name: 'highest.mp4', status: 'ready' }] } }),
    );
    expect(await ready.video.file(file)).toMatchObject({
      is: 'ready',
      url: expect.stringContaining('/play1/highest.mp4?download=First-light'),
    });
  });
});

it.each([
  ['nothing is open', LIVE, 'done'],
  ['something is open all the same', { ...LIVE, active_asset_id: 'a1' }, undefined],
])('a refusal to complete is believed only after a look: %s', async (_, live, outcome) => {
  const { video } = await openMux(({ method }) =>
    method === 'PUT'
      ? { status: 400, body: { error: { type: 'invalid_parameters', messages: ['Live stream is not active'] } } }
      : { status: 200, body: { data: live } },
  );
  const completed = video.complete('live1');
  if (outcome) expect(await completed).toBe(outcome);
  else await expect(completed).rejects.toMatchObject({ because: 'refused' });
});

describe('a request', () => {
  it('that is one too many is made again when Mux says, not sooner', async () => {
    const { video, requests, waited } = await openMux((_, number) =>
      number < 3 ? { status: 429, headers: { 'retry-after': '2' } } : OK,
    );
    await video.make(WANTED);
    expect([requests.map(({ method }) => method), waited]).toEqual([
      ['POST', 'POST', 'POST'],
      [2_000, 2_000],
    ]);
  });

  it('that stays one too many is given up within the budget', async () => {
    const { video, waited } = await openMux(() => ({ status: 429 }));
    await expect(video.make(WANTED)).rejects.toMatchObject({ because: 'busy', doubtful: false });
    expect(waited.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(8_000);
    expect(waited.slice(0, 4)).toEqual([125, 250, 500, 1_000]);
  });

  it.each<[string, Answer]>([
    ['answered 500', { status: 500 }],
    ['not answered', 'hang'],
    ['cut off', 'reset'],
  ])('to make one that is %s looks whether it was made, before it makes another', async (_, broken) => {
    const { video, requests } = await openMux(
      ({ method }) => (method === 'POST' ? broken : { status: 200, body: { data: [LIVE] } }),
      broken === 'hang' ? 1_000 : undefined,
    );
    expect(await video.make(WANTED)).toMatchObject({ id: 'live1' });
    expect(requests.map(({ method }) => method)).toEqual(['POST', 'GET']);
  });

  it('to make one that was not made is made again', async () => {
    const { video, requests } = await openMux(({ method }, number) =>
      method === 'GET'
        ? { status: 200, body: { data: [{ ...LIVE, passthrough: 'another’s' }] } }
        : number === 1
          ? { status: 503 }
          : OK,
    );
    expect(await video.make(WANTED)).toMatchObject({ id: 'live1' });
    expect(requests.map(({ method }) => method)).toEqual(['POST', 'GET', 'POST']);
  });

  it('that Mux never answers ends as a doubtful fault', async () => {
    const { video } = await openMux(() => ({ status: 500 }));
    await expect(video.make(WANTED)).rejects.toMatchObject({ name: 'VideoFault', because: 'down', doubtful: true });
  });

  it('that Mux will not have is not repeated', async () => {
    const { video, requests } = await openMux(() => ({
      status: 401,
      body: { error: { type: 'unauthorized', messages: [] } },
    }));
    await expect(video.complete('live1')).rejects.toMatchObject({ because: 'refused', doubtful: false });
    expect(requests).toHaveLength(1);
  });
});

describe('what Mux says of the newest recordings', () => {
  const asset = {
    id: 'a2',
    created_at: '1700000100',
    status: 'ready',
    duration: 12.5,
    live_stream_id: 'live1',
    playback_ids: [{ id: 'ap', policy: 'public' }],
  };

  it('is neither over nor on the air while it is recorded and cannot be played yet', async () => {
    const { video } = await openMux(({ path }) => ({
      status: 200,
      body: {
        data: path.includes('/assets/')
          ? { ...asset, status: 'preparing' }
          : { ...LIVE, status: 'idle', active_asset_id: 'a2', recent_asset_ids: ['a2'] },
      },
    }));
    const [found] = await video.look('live1', 1_700_000_200_000);
    expect(found?.news).toMatchObject({ id: 'a2', status: { is: 'preparing' } });
    expect([found?.news.overAt, found?.news.activeAt, found?.news.link]).toEqual([undefined, undefined, undefined]);
  });

  it('is told as its webhooks would tell it', async () => {
    const { video } = await openMux(({ path }) => ({
      status: 200,
      body: {
        data: path.includes('/assets/')
          ? { ...asset, id: path.split('/').at(-1) }
          : { ...LIVE, status: 'active', active_asset_id: 'a2', recent_asset_ids: ['a1', 'a2'] },
      },
    }));
    const at = 1_700_000_200_000_000;
    expect(await video.look('live1', 1_700_000_200_000)).toEqual([
      {
        bornAtMs: 1_700_000_100_000,
        news: {
          id: 'a2',
          seenAt: 1_700_000_100_000_000,
          activeAt: at,
          link: { is: 'up', at },
          status: { is: 'ready', at },
          playback: { is: 'ap', at },
          duration: { is: 12.5, at },
        },
      },
    ]);
  });

  it('says that a recording is closed, and nothing of what is gone', async () => {
    const { video } = await openMux(({ path }) =>
      path.includes('/assets/')
        ? { status: 200, body: { data: asset } }
        : { status: 200, body: { data: { ...LIVE, recent_asset_ids: ['a2'] } } },
    );
    expect((await video.look('live1', 5)).map(({ news }) => [news.overAt, news.link])).toEqual([[5_000, undefined]]);
    const gone = await openMux(() => ({ status: 404 }));
    expect(await gone.video.look('live1', 5)).toEqual([]);
  });
});

describe('where to play', () => {
  let provider: Awaited<ReturnType<typeof openMux>>;
  beforeEach(async () => {
    provider = await openMux(() => OK);
  });

  it('is an open address for all', async () => {
    expect(await provider.video.playback({ playbackId: 'p', kind: 'live' })).toEqual({
      hls: 'https://stream.test/p.m3u8',
      poster: 'https://image.test/p/thumbnail.jpg?latest=true',
    });
    expect(await provider.video.playback({ playbackId: 'p', kind: 'recording' })).toEqual({
      hls: 'https://stream.test/p.m3u8',
      poster: 'https://image.test/p/thumbnail.jpg',
    });
    expect(provider.requests).toEqual([]);
  });

  it('is an address for as long as is wanted that only we can have made, for some', async () => {
    const { hls, poster, token, goodForMs } = await provider.video.playback({
      playbackId: 'p',
      kind: 'live',
      signed: { goodForMs: 10_000 },
    });
    expect(goodForMs).toBe(10_000);
    const claims = (jwt: string) => {
      const [head = '', body = '', signature = ''] = jwt.split('.');
      expect(
        verifySignature(
          'RSA-SHA256',
          Buffer.from(`${head}.${body}`),
          provider.publicKey,
          Buffer.from(signature, 'base64url'),
        ),
      ).toBe(true);
      return JSON.parse(Buffer.from(body, 'base64url').toString());
    };
    expect(new URL(hls).searchParams.get('token')).toBe(token);
    const video = claims(token ?? '');
    expect(video).toMatchObject({ sub: 'p', aud: 'v', kid: 'key-1' });
    expect(video.exp - Date.now() / 1_000).toBeCloseTo(10, -1);
    expect(video.exp * 1_000).toBeLessThanOrEqual(Date.now() + 10_000);
    expect(claims(new URL(poster).searchParams.get('token') ?? '')).toMatchObject({
      sub: 'p',
      aud: 't',
      latest: 'true',
    });
  });

  it('cannot be signed without a key', async () => {
    const unsigned = createMuxVideo({
      mux: new Mux({ tokenId: 'id', tokenSecret: 'secret' }),
      patiently: createPatience({ clock: () => 0, wait: async () => {}, random: () => 0 }),
      streamUrl: 'https://stream.test',
      imageUrl: 'https://image.test',
    });
    expect(unsigned.canSign).toBe(false);
    await expect(
      unsigned.playback({ playbackId: 'p', kind: 'live', signed: { goodForMs: 1_000 } }),
    ).rejects.toBeInstanceOf(VideoFault);
  });
});
