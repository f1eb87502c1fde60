import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { CreatedStream, EncoderAccess, PlaybackView, StreamView } from '#contract/http';
import { until } from '#stand-ins/until';
import { makePlace, runCommand, startCommand } from './platform.testing.ts';

const START_MS = 120_000;
const SHOW_MS = 120_000;
const SOON_MS = 40_000;

let place: Awaited<ReturnType<typeof makePlace>>;
let platform: Awaited<ReturnType<typeof startCommand>>;
let token: string;
beforeAll(async () => {
  place = await makePlace();
  platform = await startCommand(place.environment);
  expect(platform.endedWith, platform.said()).toBeUndefined();
  token = (await runCommand('token.mjs', ['asha'], place.environment)).said.trim();
}, START_MS);
afterAll(async () => {
  await platform.kill('SIGTERM');
  await place.remove();
});

const encoders: ChildProcess[] = [];
afterEach(() => {
  for (const encoder of encoders.splice(0)) encoder.kill('SIGKILL');
});

/** An encoder of somebody's own, set up with what the page shows. */
const startEncoder = ({ rtmpsUrl, streamKey }: EncoderAccess): ChildProcess => {
  const picture = ['-re', '-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=25'];
  const sound = ['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000'];
  const video = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', '50', '-b:v', '300k'];
  const encoder = spawn(
    process.env['FFMPEG_PATH'] ?? 'ffmpeg',
    ['-v', 'error', ...picture, ...sound, ...video, '-c:a', 'aac', '-f', 'flv', `${rtmpsUrl}/${streamKey}`],
    { stdio: ['pipe', 'ignore', 'ignore'] },
  );
  encoder.on('error', () => undefined);
  encoder.stdin?.on('error', () => undefined);
  encoders.push(encoder);
  return encoder;
};

const call = async <Body>(method: string, path: string, body?: object): Promise<Body> => {
  const answer = await fetch(`${platform.origin}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  expect(answer.ok, `${method} ${path} answered ${answer.status}: ${text}`).toBe(true);
  return JSON.parse(text) as Body;
};

it(
  'an encoder with the key that the page showed is on the air with its show, is heard of by webhooks alone, and leaves a recording',
  { timeout: SHOW_MS },
  async () => {
    const lost = await call<EncoderAccess>('POST', '/stream/encoder/key', {});
    const shown = await call<EncoderAccess>('POST', '/stream/encoder/key', {});
    // before there is a show nobody gets in, whatever the key
    const [early] = await once(startEncoder(shown), 'exit');
    expect(early).not.toBe(0);

    const made = await call<CreatedStream>('POST', '/stream/create', { title: 'From an encoder', source: 'encoder' });
    const { id } = made.stream;
    const see = () => call<StreamView>('GET', `/stream/${id}`);
    expect([made.stream.state, made.ingest]).toEqual(['connecting', undefined]);
    // the key before it opens nothing any more
    const [old] = await once(startEncoder(lost), 'exit');
    expect(old).not.toBe(0);

    const encoder = startEncoder(shown);
    const left = once(encoder, 'exit');
    await until('the show is live', async () => (await see()).state === 'live', { withinMs: SOON_MS });
    const live = await call<PlaybackView>('GET', `/stream/${id}/playback`);
    const playlist = await (await fetch(live.hls)).text();
    expect([live.kind, playlist.startsWith('#EXTM3U')]).toEqual(['live', true]);
    const [, variant = ''] = /^([^#\s].*)$/m.exec(playlist) ?? [];
    const segments = async () =>
      [...(await (await fetch(new URL(variant, live.hls))).text()).matchAll(/^#EXTINF/gm)].length;
    await until('some seconds of it can be seen', async () => (await segments()) > 1, { withinMs: SOON_MS });

    // its end sends the encoder away, though nobody has stopped it
    expect((await call<StreamView>('POST', `/stream/${id}/end`)).state).toBe('ended');
    await left;
    await until('its recording is ready', async () => (await see()).recording === 'ready', { withinMs: SOON_MS });
    // its length is known for good a moment later
    await until('its length is known', async () => ((await see()).durationSeconds ?? 0) > 1, { withinMs: SOON_MS });
    expect((await see()).endedBecause).toBe('finished');
    const recording = await call<PlaybackView>('GET', `/stream/${id}/playback`);
    expect([recording.kind, (await fetch(recording.hls)).status]).toEqual(['recording', 200]);

    // no line of any part has the key
    for (const { streamKey } of [lost, shown]) expect(platform.said()).not.toContain(streamKey);
  },
);
