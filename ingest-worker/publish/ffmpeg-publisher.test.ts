import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ffmpegCopyArgs } from './ffmpeg-copy.ts';
import { createFfmpegPublishers } from './ffmpeg-publisher.ts';
import { PUBLISH_LIMITS } from './publish-limits.ts';
import { makePublisher, STREAM_KEY } from './publisher.testing.ts';
import { readTags } from './servers.testing.ts';
import { createAuthority } from './sink/authority.testing.ts';
import { startSink, type Sink } from './sink/sink.testing.ts';
import type { FlvTag } from '../media/flv-tag.ts';

let media: FlvTag[];
beforeAll(async () => {
  media = await readTags('-i', fileURLToPath(new URL('../fixtures/h264-aac.mkv', import.meta.url)));
});

const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

const makeSink = async (): Promise<Sink> => {
  const sink = await startSink();
  open.push(sink);
  return sink;
};

const make = (sink: Pick<Sink, 'url' | 'ca'>, { ffmpegPath = 'ffmpeg', stallMs = 8_000, tickMs = 20 } = {}) => {
  const limits = { ...PUBLISH_LIMITS, stallMs, tickMs };
  const made = makePublisher(createFfmpegPublishers({ ffmpegPath, limits }), sink);
  open.push(made.publisher);
  return made;
};

/** Arguments and environment of each process that this one has started. */
const readChildren = async (): Promise<string[]> => {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const texts = pids.map(async (pid) => {
    const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '');
    const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (Number(parent) !== process.pid) return [];
    return Promise.all(
      ['cmdline', 'environ'].map((file) => readFile(`/proc/${pid}/${file}`, 'latin1').catch(() => '')),
    );
  });
  return (await Promise.all(texts)).flat();
};

describe('FFmpeg publisher', () => {
  it('[P15] is told all but the key and the authority by its arguments', () => {
    const target = { secure: true, host: 'example.test', port: 443, app: 'app', tcUrl: 'rtmps://example.test/app' };
    expect(ffmpegCopyArgs(target, true, 8_000).join(' ')).toBe(
      '-hide_banner -nostats -loglevel error -progress pipe:1 -stats_period 0.5 ' +
        '-protocol_whitelist pipe -probesize 32k -analyzeduration 0 -fpsprobesize 0 ' +
        '-copyts -f flv -i pipe:0 -map 0 -c copy ' +
        '-fpre /dev/fd/3 -rtmp_app app -rtmp_tcurl rtmps://example.test/app ' +
        '-rw_timeout 8000000 -tcp_nodelay 1 -tls_verify 1 -ca_file /dev/fd/4 ' +
        '-flvflags no_duration_filesize -f flv rtmps://example.test/app',
    );
    expect(ffmpegCopyArgs(target, false, 8_000)).not.toContain('-ca_file');
  });

  it('[P15] publishes under the key, which stands in no argument and no environment', async () => {
    const sink = await makeSink();
    const { publisher } = make(sink);
    expect(await publisher.connect()).toEqual({ connected: true });
    for (const tag of media) publisher.send(tag);
    await sink.until('frames', () => (sink.sessions[0]?.frames.length ?? 0) > 100);
    const children = await readChildren();
    expect(children.filter((text) => text.includes('rtmps://'))).toHaveLength(1);
    expect(children.filter((text) => text.includes(STREAM_KEY))).toEqual([]);
    expect(await publisher.close()).toEqual({ flushed: true });
    expect(sink.sessions).toMatchObject([{ streamKey: STREAM_KEY, said: ['FCUnpublish', 'deleteStream'] }]);
  });

  it('[P1] sends what it is given at once, also where metadata comes in the middle of a show', async () => {
    const sink = await makeSink();
    const { publisher } = make(sink);
    await publisher.connect();
    const later = media.map((tag) => ({ ...tag, timestampMs: tag.timestampMs + 5_000 }));
    for (const tag of later) publisher.send(tag);
    await sink.until('frames', () => (sink.sessions[0]?.frames.length ?? 0) > 100);
  });

  it('[P15] knows a refused key, and tells of it without the key', async () => {
    const sink = await makeSink();
    sink.conduct.refuse = 'by-status';
    const { publisher, events, heard } = make(sink);
    await publisher.connect();
    for (const tag of media) publisher.send(tag);
    await heard(({ type }) => type === 'closed');
    expect(events).toMatchObject([{ type: 'closed', because: 'key-refused' }]);
    expect(JSON.stringify(events)).toContain('[key] is not known here');
    expect(JSON.stringify(events)).not.toContain(STREAM_KEY);
  });

  it('[P4] trusts the authority it is given, and no other', async () => {
    const sink = await makeSink();
    const { ca } = await createAuthority();
    expect(await make({ url: sink.url, ca }).publisher.connect()).toMatchObject({
      connected: false,
      because: 'untrusted',
    });
  });

  it('[P6] a server that reads nothing is stalled', async () => {
    const sink = await makeSink();
    const { publisher, events, heard } = make(sink, { stallMs: 300 });
    await publisher.connect();
    for (const tag of media) publisher.send(tag);
    await sink.until('frames', () => (sink.sessions[0]?.frames.length ?? 0) > 100);
    sink.stall();
    // More than the pipe and both kernels' buffers hold.
    const frame = media.findLast(({ kind, header }) => kind === 'video' && !header);
    if (frame === undefined) throw new Error('no frame');
    const body = Buffer.concat([frame.body, Buffer.alloc(100_000)]);
    for (let count = 1; count < 200; count += 1)
      publisher.send({ ...frame, body, timestampMs: frame.timestampMs + count });
    await heard(({ type }) => type === 'closed');
    expect(events.at(-1)).toMatchObject({ type: 'closed', because: 'stalled' });
  });

  it('[P11] abandon leaves no process behind, and is silent', async () => {
    const sink = await makeSink();
    const { publisher, events } = make(sink);
    await publisher.connect();
    for (const tag of media) publisher.send(tag);
    await sink.until('frames', () => (sink.sessions[0]?.frames.length ?? 0) > 100);
    publisher.abandon();
    await sink.until('the end', () => sink.connections() === 0);
    await expect.poll(async () => (await readChildren()).filter((text) => text.includes('rtmps://'))).toEqual([]);
    expect(events).toEqual([]);
  });

  it('[P15] an FFmpeg that is not there is a failure like any other', async () => {
    const sink = await makeSink();
    const { publisher, events, heard } = make(sink, { ffmpegPath: '/nowhere/ffmpeg' });
    await publisher.connect();
    await heard(({ type }) => type === 'closed');
    expect(events).toMatchObject([{ because: 'reset' }]);
  });
});
