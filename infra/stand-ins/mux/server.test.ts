import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createHash } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished, describe, expect, it } from 'vitest';
import {
  bodiesOf,
  connectEncoder,
  emptyDir,
  probe,
  PUBLIC,
  sdkFor,
  startReceiver,
  startTestMux,
  type TestMux,
} from './mux.testing.ts';
import { until } from '../until.ts';

const FFMPEG = 'ffmpeg';

const playback = async ({ sdk }: TestMux, assetId: string): Promise<string> =>
  (await sdk.video.assets.retrieve(assetId)).playback_ids?.[0]?.id ?? '';
const get = async (url: string): Promise<{ status: number; text: string }> => {
  const answer = await fetch(url);
  return { status: answer.status, text: await answer.text() };
};
/** A live stream whose encoder has sent this much, and is still there. */
const onAir = async (mux: TestMux, sentMs: number) => {
  const stream = await mux.sdk.video.liveStreams.create(PUBLIC);
  const encoder = await connectEncoder(mux, stream.stream_key);
  encoder.play(0, sentMs);
  await mux.seen('video.live_stream.active');
  return stream;
};
/** The media playlist behind a playback id. */
const mediaPlaylist = async (url: string): Promise<string> => {
  const main = await get(url);
  const path = main.text.trim().split('\n').at(-1) ?? '';
  return (await get(new URL(path, url).href)).text;
};

describe('a live stream', () => {
  it('of a real FFmpeg over verified TLS goes through its life, plays while it runs, and stays as a recording', async () => {
    const receiver = await startReceiver();
    const mux = await startTestMux({ webhookUrl: receiver.url, limits: { segmentSeconds: 1 } });
    const { sdk, seen, url } = mux;
    const stream = await sdk.video.liveStreams.create(PUBLIC);
    const livePlayback = `${url}/play/${stream.playback_ids?.[0]?.id}.m3u8`;
    expect(await get(livePlayback)).toMatchObject({ status: 412 });

    const encoder = spawn(
      FFMPEG,
      [
        '-hide_banner -loglevel error -re -f lavfi -i testsrc2=size=320x180:rate=30 -f lavfi -i sine=frequency=440:sample_rate=44100',
        '-c:v libx264 -preset veryfast -tune zerolatency -profile:v main -pix_fmt yuv420p -g 30 -keyint_min 30 -sc_threshold 0 -c:a aac',
        `-f flv -tls_verify 1 -ca_file ${mux.caFile} ${mux.rtmpsUrl}/${stream.stream_key}`,
      ].flatMap((words) => words.split(' ')),
      { stdio: ['pipe', 'ignore', 'inherit'] },
    );
    onTestFinished(() => void encoder.kill('SIGKILL'));

    expect(await seen('video.live_stream.connected')).toMatchObject({
      status: 'idle',
      connected: true,
      recording: false,
    });
    expect(await seen('video.asset.created')).toMatchObject({ status: 'preparing', is_live: true });
    const recording = await seen('video.live_stream.recording');
    expect(recording).toMatchObject({ status: 'idle', recording: true });
    expect((await get(livePlayback)).status).toBe(412);
    expect(await seen('video.live_stream.active')).toMatchObject({
      status: 'active',
      active_asset_id: recording.active_asset_id,
    });

    expect((await get(livePlayback)).text).toMatch(
      /^#EXTM3U[^]*CODECS="avc1\.4d4\w{3},mp4a\.40\.2",RESOLUTION=320x180/,
    );
    const playing = await probe(livePlayback, 'stream=codec_name,profile,width');
    expect(playing.streams).toEqual([
      { codec_name: 'h264', profile: 'Main', width: 320 },
      { codec_name: 'aac', profile: 'LC' },
    ]);
    const picture = await fetch(`${url}/image/${stream.playback_ids?.[0]?.id}/thumbnail.jpg?latest=true`);
    expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/jpeg']);

    encoder.stdin.write('q');
    expect(await seen('video.live_stream.disconnected')).toMatchObject({ status: 'active', connected: false });
    expect(await seen('video.live_stream.idle')).toMatchObject({ status: 'idle' });
    const done = await seen('video.asset.live_stream_completed');
    expect(done).toMatchObject({
      status: 'ready',
      live_stream_id: stream.id,
      progress: { state: 'completed', progress: 100 },
      aspect_ratio: '16:9',
    });
    expect(done).not.toHaveProperty('is_live');

    const vod = `${url}/play/${await playback(mux, done.id)}.m3u8`;
    expect(await mediaPlaylist(vod)).toMatch(/#EXT-X-PLAYLIST-TYPE:VOD[^]*#EXT-X-ENDLIST\n$/);
    const { streams, format } = await probe(vod);
    expect(streams).toMatchObject([{ codec_name: 'h264' }, { codec_name: 'aac' }]);
    expect(format?.duration ?? 0).toBeCloseTo(done.duration, 0);

    await until('all webhooks', () => receiver.received.length === bodiesOf(mux.events).length);
    expect(receiver.types()).toEqual(bodiesOf(mux.events).map(({ type }) => type));
  });

  it('has what is said written along where that was asked for: a track that is ready later, live and afterwards', async () => {
    const mux = await startTestMux({ limits: { captionsMs: 50 } });
    const { sdk, seen, url } = mux;
    const stream = await sdk.video.liveStreams.create(PUBLIC);
    const wanted = { name: 'Español', language_code: 'es' as const };
    await sdk.video.liveStreams.updateGeneratedSubtitles(stream.id, { generated_subtitles: [wanted] });
    const encoder = await connectEncoder(mux, stream.stream_key);
    encoder.play(0, 2_000);
    const created = await seen('video.asset.track.created');
    expect(created).toMatchObject({
      type: 'text',
      status: 'preparing',
      language_code: 'es',
      text_source: 'generated_live',
    });
    const { active_asset_id } = await seen('video.live_stream.active');
    expect(await seen('video.asset.track.ready')).toMatchObject({ id: created.id, asset_id: active_asset_id });
    const livePlayback = `${url}/play/${stream.playback_ids?.[0]?.id}.m3u8`;
    const textOf = async (address: string) => {
      const [, path = ''] =
        /TYPE=SUBTITLES.*NAME="Español".*LANGUAGE="es",URI="([^"]+)"/.exec((await get(address)).text) ?? [];
      const playlist = new URL(path, address).href;
      const [first = ''] = (await get(playlist)).text.match(/^.*\.vtt$/m) ?? [];
      return (await get(new URL(first, playlist).href)).text;
    };
    expect(await textOf(livePlayback)).toMatch(/^WEBVTT[^]*00:00:00\.000 --> 00:00:0/);
    await sdk.video.liveStreams.complete(stream.id);
    const whole = await seen('video.asset.live_stream_completed');
    const part = await sdk.video.assets.create({
      inputs: [{ url: `mux://assets/${whole.id}`, start_time: 1, end_time: 2, generated_subtitles: [wanted] }],
      playback_policies: ['public'],
    });
    expect(await seen('video.asset.track.ready')).toMatchObject({ asset_id: part.id, text_source: 'generated_vod' });
    for (const id of [whole.id, part.id])
      expect(await textOf(`${url}/play/${await playback(mux, id)}.m3u8`)).toContain('What is said at 0 s');
  });

  it('is cut to a part of itself, which is an asset of its own and stays when the whole is deleted', async () => {
    const mux = await startTestMux();
    const { sdk, seen, url } = mux;
    const stream = await onAir(mux, 4_000);
    const { active_asset_id = '' } = await sdk.video.liveStreams.retrieve(stream.id);
    const cut = (id: string, start_time: number, end_time: number) =>
      sdk.video.assets.create({
        inputs: [{ url: `mux://assets/${id}`, start_time, end_time }],
        playback_policies: ['public'],
        passthrough: 'a part',
      });
    await expect(cut(active_asset_id, 1, 2)).rejects.toMatchObject({ status: 400 });
    await sdk.video.liveStreams.complete(stream.id);
    const whole = await seen('video.asset.live_stream_completed');
    await expect(cut(whole.id, 3, 1)).rejects.toMatchObject({ status: 400 });
    await expect(cut(whole.id, 99, 100)).rejects.toMatchObject({ status: 400 });
    await expect(cut('nothing', 0, 1)).rejects.toMatchObject({ status: 404 });

    const made = await cut(whole.id, 1.25, 3);
    expect(made).toMatchObject({ status: 'preparing', source_asset_id: whole.id, passthrough: 'a part' });
    expect(made).not.toHaveProperty('live_stream_id');
    expect(await seen('video.asset.created')).toMatchObject({ id: made.id, status: 'preparing' });
    const ready = await seen('video.asset.ready');
    expect(ready).toMatchObject({ id: made.id, status: 'ready', passthrough: 'a part' });
    expect(ready.duration).toBeCloseTo(1.75, 0);
    await sdk.video.assets.delete(whole.id);
    const { streams, format } = await probe(`${url}/play/${await playback(mux, made.id)}.m3u8`);
    expect(streams).toMatchObject([{ codec_name: 'h264' }, { codec_name: 'aac' }]);
    expect(Math.abs((format?.duration ?? 0) - 1.75)).toBeLessThan(0.3);
  });

  it('is made one file when that is asked for, once, and is downloaded under a name', async () => {
    const mux = await startTestMux();
    const { sdk, seen, url } = mux;
    const stream = await onAir(mux, 2_000);
    const { active_asset_id = '' } = await sdk.video.liveStreams.retrieve(stream.id);
    const make = (id: string) => sdk.video.assets.createStaticRendition(id, { resolution: 'highest' });
    await expect(make(active_asset_id)).rejects.toMatchObject({ status: 400 });
    await sdk.video.liveStreams.complete(stream.id);
    const { id } = await seen('video.asset.live_stream_completed');
    const address = `${url}/play/${await playback(mux, id)}/highest.mp4`;
    expect((await fetch(address)).status).toBe(404);

    expect(await make(id)).toMatchObject({ name: 'highest.mp4', status: 'preparing' });
    await expect(make(id)).rejects.toMatchObject({ status: 400 });
    await seen('video.asset.static_rendition.ready');
    const file = (await sdk.video.assets.retrieve(id)).static_renditions?.files?.[0];
    expect(file).toMatchObject({ name: 'highest.mp4', status: 'ready', width: 320, height: 180 });
    const { streams, format } = await probe(address);
    expect(streams).toMatchObject([{ codec_name: 'h264' }, { codec_name: 'aac' }]);
    expect(format?.duration ?? 0).toBeCloseTo(2, 0);
    const download = await fetch(`${address}?download=First light`);
    expect(download.headers.get('content-disposition')).toContain("filename*=UTF-8''First%20light.mp4");
    expect(String((await download.arrayBuffer()).byteLength)).toBe(file?.filesize);

    await sdk.video.assets.deleteStaticRendition(id, file?.id ?? '');
    expect((await fetch(address)).status).toBe(404);
  });

  it('has a poster in three formats and every size', async () => {
    const mux = await startTestMux();
    const { sdk, seen, url } = mux;
    const stream = await onAir(mux, 2_000);
    await sdk.video.liveStreams.complete(stream.id);
    const { id } = await seen('video.asset.live_stream_completed');
    const image = `${url}/image/${await playback(mux, id)}`;

    const pictures = await Promise.all(
      [
        'thumbnail.jpg',
        'thumbnail.png?time=0',
        'thumbnail.webp?time=99',
        'thumbnail.jpg?width=64',
        'thumbnail.jpg',
      ].map((path) => fetch(`${image}/${path}`)),
    );
    expect(pictures.map(({ status, headers }) => [status, headers.get('content-type')])).toEqual([
      [200, 'image/jpeg'],
      [200, 'image/png'],
      [200, 'image/webp'],
      [200, 'image/jpeg'],
      [200, 'image/jpeg'],
    ]);
    expect(pictures[0]?.headers.get('access-control-allow-origin')).toBe('*');
    expect((await probe(`${image}/thumbnail.jpg?width=64`, 'stream=width,height')).streams).toEqual([
      { width: 64, height: 36 },
    ]);
    expect((await fetch(`${image}/thumbnail.jpg?time=-1`)).status).toBe(400);
    expect((await fetch(`${image}/thumbnail.gif`)).status).toBe(404);
  });

  it('reaches players only through what nobody can guess, and from any origin', async () => {
    const mux = await startTestMux();
    const { url } = mux;
    const stream = await onAir(mux, 1_500);

    const answer = await fetch(`${url}/play/${stream.playback_ids?.[0]?.id}.m3u8`);
    expect([answer.headers.get('content-type'), answer.headers.get('access-control-allow-origin')]).toEqual([
      'application/vnd.apple.mpegurl',
      '*',
    ]);
    expect((await answer.text()).trim().split('\n').at(-1)).toMatch(/^rendition\/[A-Za-z0-9]{44}\/live\.m3u8$/);
    for (const path of [
      'unknown.m3u8',
      'rendition/unknown/live.m3u8',
      'rendition/unknown/0-00000.ts',
      `rendition/${stream.id}/..%2f..%2flive-streams`,
    ])
      expect((await fetch(`${url}/play/${path}`)).status).toBe(404);
    const blocked = await fetch(`${url}/play/unknown.m3u8`);
    expect(blocked.headers.get('access-control-allow-origin')).toBe('*');
  });
});

describe('a stop', () => {
  it('in the middle of a live stream leaves no process and takes less than 3 s; the next start goes on with the same recording', async () => {
    const dataDir = await emptyDir();
    const before = await startTestMux({ dataDir });
    const stream = await before.sdk.video.liveStreams.create({ ...PUBLIC, reconnect_window: 1_800 });
    (await connectEncoder(before, stream.stream_key)).play(0, 2_000);
    const { active_asset_id } = await before.seen('video.live_stream.active');
    const began = Date.now();
    await before.close();
    expect(Date.now() - began).toBeLessThan(3_000);

    const after = await startTestMux({ dataDir });
    expect(await after.seen('video.live_stream.disconnected')).toMatchObject({ status: 'active', active_asset_id });
    (await connectEncoder(after, stream.stream_key)).play(2_000, 4_000);
    await after.seen('video.live_stream.active');
    await after.sdk.video.liveStreams.complete(stream.id);
    expect(await after.seen('video.asset.live_stream_completed')).toMatchObject({
      id: active_asset_id,
      recording_times: [{}, {}],
    });
    const playlist = await mediaPlaylist(`${after.url}/play/${await playback(after, active_asset_id)}.m3u8`);
    expect(playlist.match(/#EXT-X-DISCONTINUITY\n/g)).toHaveLength(1);
  });

  it('by SIGKILL loses nothing that was said to be kept: the recording is settled at the next start', async () => {
    const dataDir = await emptyDir();
    const program = `
      import { startMux } from ${JSON.stringify(new URL('server.ts', import.meta.url).href)};
      const mux = await startMux({ port: 0, rtmpsPort: 0, dataDir: ${JSON.stringify(dataDir)}, token: { id: 'test-id', secret: 'test-secret' },
        webhookSecret: 's', webhookUrl: 'http://127.0.0.1:1/', limits: { segmentSeconds: 0.5 } });
      process.stdout.write(JSON.stringify({ url: mux.url, rtmpsUrl: mux.rtmpsUrl, caFile: mux.caFile }));
    `;
    const victim = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void victim.kill('SIGKILL'));
    const [said] = (await once(victim.stdout, 'data')) as [Buffer];
    const running = JSON.parse(said.toString()) as { url: string; rtmpsUrl: string; caFile: string };
    const sdk = sdkFor(running.url);
    const stream = await sdk.video.liveStreams.create(PUBLIC);
    (await connectEncoder(running, stream.stream_key)).play(0, 2_000);
    let kept = 0;
    await until('a second is recorded', async () => {
      const [asset] = (await sdk.video.assets.list()).data;
      kept = asset?.duration ?? 0;
      return kept >= 1;
    });
    victim.kill('SIGKILL');
    await once(victim, 'exit');

    const receiver = await startReceiver();
    const after = await startTestMux({ dataDir, webhookUrl: receiver.url });
    await after.seen('video.live_stream.idle');
    const done = await after.seen('video.asset.live_stream_completed');
    expect(done).toMatchObject({ status: 'ready', live_stream_id: stream.id });
    expect(done.duration).toBeGreaterThanOrEqual(kept);
    await until('what the killed process could not deliver', () =>
      receiver.types().includes('video.live_stream.active'),
    );
    const { streams } = await probe(`${after.url}/play/${await playback(after, done.id)}.m3u8`);
    expect(streams).toMatchObject([{ codec_name: 'h264' }, { codec_name: 'aac' }]);
  });

  it('does not wait for an FFmpeg that hangs', async () => {
    const pidFile = join(await emptyDir(), 'pid');
    const ffmpegPath = join(await emptyDir(), 'ffmpeg');
    await writeFile(
      ffmpegPath,
      `#!${process.execPath}\nrequire('node:fs').writeFileSync('${pidFile}', String(process.pid)); process.on('SIGINT', () => {}); setInterval(() => {}, 1000);`,
      { mode: 0o700 },
    );
    const mux = await startTestMux({ ffmpegPath });
    const stream = await mux.sdk.video.liveStreams.create(PUBLIC);
    (await connectEncoder(mux, stream.stream_key)).play(0, 1_500);
    await until('it hangs', () => readFile(pidFile, 'utf8').catch(() => ''));
    const began = Date.now();
    await mux.close();
    expect(Date.now() - began).toBeLessThan(3_000);
    const pid = Number(await readFile(pidFile, 'utf8'));
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  it('keeps the certificate: who trusted it trusts it again', async () => {
    const dataDir = await emptyDir();
    const fingerprint = async (file: string) =>
      createHash('sha256')
        .update(await readFile(file))
        .digest('hex');
    const before = await startTestMux({ dataDir });
    const ca = await fingerprint(before.caFile);
    await before.close();
    const after = await startTestMux({ dataDir });
    expect(await fingerprint(after.caFile)).toBe(ca);
    expect((await stat(`${dataDir}/tls/key.pem`)).mode & 0o777).toBe(0o600);
  });
});

describe('retention', () => {
  it('deletes the oldest recordings when there are too many', async () => {
    const mux = await startTestMux({ limits: { assets: 2 } });
    const { sdk, seen } = mux;
    const stream = await sdk.video.liveStreams.create(PUBLIC);
    const ids: string[] = [];
    for (let round = 0; round < 3; round += 1) {
      const encoder = await connectEncoder(mux, stream.stream_key);
      encoder.play(0, 1_500);
      ids.push((await seen('video.live_stream.active')).active_asset_id);
      await sdk.video.liveStreams.complete(stream.id);
      await seen('video.asset.live_stream_completed');
      encoder.close();
      await seen('video.live_stream.disconnected');
    }
    expect(await sdk.video.assets.list().then(({ data }) => data.map(({ id }) => id))).toEqual(ids.slice(1).reverse());
    expect((await sdk.video.liveStreams.retrieve(stream.id)).recent_asset_ids).toEqual(ids.slice(1));
  });

  it('ends a live stream whose asset fills the disk by itself', async () => {
    const mux = await startTestMux({ limits: { assetBytes: 10_000 } });
    const stream = await mux.sdk.video.liveStreams.create(PUBLIC);
    (await connectEncoder(mux, stream.stream_key)).play(0, 2_000);
    await mux.seen('video.live_stream.idle');
    expect(mux.lines.join()).toContain('fill the disk');
  });
});
