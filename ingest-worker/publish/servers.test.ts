import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createFfmpegPublishers } from './ffmpeg-publisher.ts';
import { makePublisher, STREAM_KEY } from './publisher.testing.ts';
import { createRtmpsPublishers } from './rtmps-publisher.ts';
import { readTags, startFfmpegListener, startNginx, startNodeMediaServer, type Server } from './servers.testing.ts';
import type { FlvTag } from '../media/flv-tag.ts';

const CAPTURE = fileURLToPath(new URL('../fixtures/h264-aac.mkv', import.meta.url));

/** A NAL unit of H.264 that decoders skip, to make one frame larger than any chunk. */
const FILLER_BYTES = 200_000;
const FILLER = Buffer.alloc(4 + FILLER_BYTES, 0xff);
FILLER.writeUInt32BE(FILLER_BYTES);
FILLER[4] = 12;

let media: FlvTag[];
beforeAll(async () => {
  media = await readTags('-i', CAPTURE);
  const large = media.findIndex(({ kind, header }) => kind === 'video' && !header);
  media = media.map((tag, at) => (at === large ? { ...tag, body: Buffer.concat([tag.body, FILLER]) } : tag));
});

const open: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.stop()));
});

const start = async (starting: Promise<Server>): Promise<Server> => {
  const server = await starting;
  open.push(server);
  return server;
};

const later = (tags: readonly FlvTag[], byMs: number): FlvTag[] =>
  tags.map((tag) => (tag.header ? tag : { ...tag, timestampMs: tag.timestampMs + byMs }));

/** Frames as a server must have kept them; recordings count time from their own start. */
const toFrames = (tags: readonly FlvTag[]): string[] => {
  const frames = tags.filter(({ kind, header }) => kind !== 'script' && !header);
  const startMs = Math.min(...frames.map(({ timestampMs }) => timestampMs));
  return frames.map(({ kind, timestampMs, key, body }) => `${kind} ${timestampMs - startMs} ${key} ${body.length}`);
};

const publish = async (publishers: Parameters<typeof makePublisher>[0], server: Server, tags: readonly FlvTag[]) => {
  const made = makePublisher(publishers, server);
  expect(await made.publisher.connect()).toEqual({ connected: true });
  for (const tag of tags) made.publisher.send(tag);
  expect(await made.publisher.close()).toEqual({ flushed: true });
  return made;
};

const PUBLISHERS = [
  ['native', createRtmpsPublishers()],
  ['ffmpeg', createFfmpegPublishers({ ffmpegPath: 'ffmpeg' })],
] as const;

const SERVERS = [
  ['node-media-server', () => startNodeMediaServer()],
  ['nginx-rtmp', () => startNginx()],
  ["FFmpeg's listener", () => startFfmpegListener({ streamKey: STREAM_KEY })],
] as const;

describe.each(SERVERS)('%s', (_, startServer) => {
  it.each(PUBLISHERS)('[P1] has every frame that the %s publisher was given', async (_name, publishers) => {
    const server = await start(startServer());
    await publish(publishers, server, media);
    await expect
      .poll(async () => toFrames(await server.recording(STREAM_KEY)), { timeout: 10_000 })
      .toEqual(toFrames(media));
  });

  it('[P1] has every frame across the point where timestamps grow long', async () => {
    const server = await start(startServer());
    const tags = later(media, 0xffffff - 3_000);
    await publish(createRtmpsPublishers(), server, tags);
    await expect
      .poll(async () => toFrames(await server.recording(STREAM_KEY)), { timeout: 10_000 })
      .toEqual(toFrames(tags));
  });
});

describe('real servers', () => {
  it('[P7] nginx-rtmp acknowledges when asked', async () => {
    const { publisher } = await publish(createRtmpsPublishers(), await start(startNginx()), media);
    expect(publisher.stats()).toMatchObject({ rule: 'acknowledged' });
    expect(publisher.stats().acknowledgedBytes).toBeGreaterThan(131_072);
  });

  it('[P8] node-media-server does not', async () => {
    const { publisher } = await publish(createRtmpsPublishers(), await start(startNodeMediaServer()), media);
    expect(publisher.stats()).toMatchObject({ rule: 'flushed-5s', acknowledgedBytes: 0 });
  });

  it.each([
    ['nginx-rtmp, which ends the connection', () => startNginx({ refuses: true })],
    ['node-media-server, which says Start first', () => startNodeMediaServer({ refuses: true })],
  ])('[P3] a key refused by %s is known for that', async (_, startServer) => {
    const server = await start(startServer());
    const { publisher, events, heard } = makePublisher(createRtmpsPublishers(), server);
    const opened = await publisher.connect();
    if (opened.connected) await heard(({ type }) => type === 'closed');
    expect(opened.connected ? events.at(-1) : opened).toMatchObject({ because: 'key-refused' });
  });

  it('[P3] a key that is in use at nginx-rtmp is refused by status', async () => {
    const server = await start(startNginx());
    const first = makePublisher(createRtmpsPublishers(), server);
    expect(await first.publisher.connect()).toEqual({ connected: true });
    const second = makePublisher(createRtmpsPublishers(), server);
    expect(await second.publisher.connect()).toMatchObject({
      because: 'key-refused',
      detail: 'NetStream.Publish.BadName: Already publishing',
    });
    expect(await first.publisher.close()).toEqual({ flushed: true });
  });
});
