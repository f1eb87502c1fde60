import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FLV_HEADER, toFlvBytes } from '../publish/flv-writer.ts';
import { createReplayBuffer } from '../session/replay-buffer.ts';
import { fixture, greet, openSocket, sendMedia, startTestWorker } from '../worker.testing.ts';
import type { MediaFacts } from './container.ts';
import { createFlvReader } from './flv-reader.ts';
import type { FlvTag } from './flv-tag.ts';
import { ENCODER_AHEAD_MS, ffmpegArgs } from './ffmpeg-args.ts';
import { createPictureSetUp } from './picture-set-up.ts';

const SIZES = ['320x180', '240x136', '320x180'];
const SECONDS = 4;
const FPS = 30;
const folder = mkdtempSync(join(tmpdir(), 'vybzz-sizes-'));
const at = (name: string): string => join(folder, name);
const ffmpeg = (args: string, input?: Buffer): Buffer =>
  execFileSync('ffmpeg', ['-v', 'error', '-y', ...args.split(' ')], { ...(input && { input }), maxBuffer: 2 ** 26 });

/** What a recorder writes whose camera changes its size, and changes back: each picture's set-up is in the stream, as from Chromium. */
const recorded: Record<MediaFacts['container'], Buffer> = { matroska: Buffer.alloc(0), mp4: Buffer.alloc(0) };

beforeAll(() => {
  const parts = SIZES.map((size) => {
    const source = `-f lavfi -i testsrc2=size=${size}:rate=${FPS} -t ${SECONDS}`;
    return ffmpeg(`${source} -c:v libx264 -preset ultrafast -g ${FPS} -bf 0 -pix_fmt yuv420p -f h264 pipe:1`);
  });
  writeFileSync(at('all.h264'), Buffer.concat(parts));
  const joined = `-r ${FPS} -f h264 -i ${at('all.h264')} -c copy`;
  recorded.matroska = ffmpeg(`${joined} -f matroska -live 1 pipe:1`);
  recorded.mp4 = ffmpeg(`${joined} -f mp4 -movflags empty_moov+frag_keyframe+default_base_moof pipe:1`);
});
afterAll(() => rmSync(folder, { recursive: true }));

const FACTS = (container: MediaFacts['container']): MediaFacts => ({
  container,
  video: { codec: 'h264', width: 320, height: 180 },
});

/** What one encoder of ours makes of a recording. */
const encoded = (container: MediaFacts['container'], bytes = recorded[container], sound = false): FlvTag[] => {
  const tags: FlvTag[] = [];
  const args = ffmpegArgs({ facts: FACTS(container), pipeline: 'copy', sound });
  const made = execFileSync('ffmpeg', args, {
    input: bytes,
    maxBuffer: 2 ** 26,
    stdio: ['pipe', 'pipe', 'ignore', 'ignore'],
  });
  createFlvReader((tag) => tags.push(tag), ENCODER_AHEAD_MS).push(made);
  return tags;
};

const isSetUp = ({ kind, header }: FlvTag): boolean => kind === 'video' && header;

/** The picture without the set-up that it brings. */
const bare = (tag: FlvTag): FlvTag => {
  if (tag.kind !== 'video' || tag.header) return tag;
  const kept = [tag.body.subarray(0, 5)];
  for (let from = 5, to = from; from < tag.body.byteLength; from = to) {
    to = from + 4 + tag.body.readUInt32BE(from);
    const kind = tag.body.readUInt8(from + 4) & 0x1f;
    if (kind !== 7 && kind !== 8) kept.push(tag.body.subarray(from, to));
  }
  return { ...tag, body: Buffer.concat(kept) };
};

/** Widths of the pictures, each as often as it comes, for a player that knows only the set-up beside the pictures. */
const played = (tags: FlvTag[]): Record<string, number> => {
  writeFileSync(at('bare.flv'), Buffer.concat([FLV_HEADER, ...tags.map((tag) => toFlvBytes(bare(tag)))]));
  const args = `-hide_banner -nostats -copyts -i ${at('bare.flv')} -vf showinfo=checksum=0 -f null -`.split(' ');
  const { stderr } = spawnSync('ffmpeg', args, { encoding: 'utf8', maxBuffer: 2 ** 26 });
  expect(stderr).not.toMatch(/error|conceal|corrupt|invalid|missing/i);
  const widths = [...stderr.matchAll(/ s:(\d+)x/g)].map(([, width = '']) => width);
  return Object.fromEntries([...new Set(widths)].map((width) => [width, widths.filter((one) => one === width).length]));
};

describe('[E12] a picture that changes its size', () => {
  it.each(['matroska', 'mp4'] as const)(
    '%s: FFmpeg goes on with the first set-up, which is then wrong',
    (container) => {
      const tags = encoded(container);
      expect(tags.filter(isSetUp)).toHaveLength(1);
      expect(() => played(tags)).toThrow(/error|invalid/i);
    },
  );

  it.each(['matroska', 'mp4'] as const)('%s: comes with its own set-up, just before its first picture', (container) => {
    const setUp = createPictureSetUp();
    const tags = encoded(container).flatMap((tag) => setUp.pass(tag));
    const places = tags.flatMap((tag, index) => (isSetUp(tag) ? [index] : []));
    expect(places).toHaveLength(SIZES.length);
    expect(places.slice(1).map((index) => tags[index + 1]?.timestampMs)).toEqual([4_100, 8_100]);
    expect(places.slice(1).every((index) => tags[index + 1]?.key)).toBe(true);
    expect(setUp.changes).toBe(2);
    const frames = SECONDS * FPS;
    expect(played(tags)).toEqual({ 320: 2 * frames, 240: frames });
  });

  it.each(['h264-aac.mkv', 'h264-aac.mp4', 'h264-opus.mkv', 'h264-opus.mp4'] as const)(
    'a browser’s recording that keeps its size is let be: %s',
    (name) => {
      const setUp = createPictureSetUp();
      const tags = encoded(name.endsWith('mkv') ? 'matroska' : 'mp4', fixture(name).bytes);
      expect(tags.flatMap((tag) => setUp.pass(tag))).toEqual(tags);
      expect(setUp.changes).toBe(0);
    },
  );

  it('an encoder that is started anew brings no set-up back that is no longer in force', () => {
    const whole = encoded('matroska');
    const setUp = createPictureSetUp();
    const replayBuffer = createReplayBuffer();
    const sent: FlvTag[] = [];
    replayBuffer.attach({
      connect: async () => ({ connected: true }),
      send: (tag) => sent.push(tag) > 0,
      close: async () => ({ flushed: true }),
      abandon: () => undefined,
      stats: () => ({ sentBytes: 0, queuedBytes: 0, acknowledgedBytes: 0, rule: 'acknowledged', late: false }),
    });
    const run = (fromMs: number, toMs: number): void => {
      replayBuffer.encoderStarted();
      for (const tag of whole)
        if (tag.header || tag.kind === 'script' || (tag.timestampMs >= fromMs && tag.timestampMs < toMs))
          for (const one of setUp.pass(tag)) replayBuffer.take(one);
    };
    // Dies in the second size, and begins again in the GOP before the change; then once more in the same size.
    run(0, 4_600);
    run(3_100, 6_600);
    run(6_100, 20_000);
    expect(sent.filter(isSetUp).map(({ timestampMs }) => timestampMs)).toEqual([100, 4_100, 8_100]);
    expect(played(sent)).toEqual({ 320: 2 * SECONDS * FPS, 240: SECONDS * FPS });
  });

  it('is told to the creator, and arrives', async () => {
    const test = await startTestWorker();
    const bytes = recorded.matroska;
    const socket = openSocket(test.url());
    const { epoch } = await greet(socket, { ...fixture('h264-aac.mkv').media, videoKbps: 2_000 });
    sendMedia(socket, { bytes, epoch });
    const { health } = await socket.until('health', (said) => said.health.warning === 'size-changed');
    expect(health.state).toBe('live');
    socket.tell({ type: 'stop', at: bytes.byteLength });
    expect(await socket.closed).toMatchObject({ reason: 'finished' });
    const [session] = test.sink.sessions;
    expect(session?.headers.filter(({ kind }) => kind === 'video')).toHaveLength(SIZES.length);
    expect(session?.frames).toHaveLength(SIZES.length * SECONDS * FPS);
    await test.close();
  });
});

describe('[E12] made-up pictures', () => {
  const unit = (kind: number, bytes: number): Buffer => {
    const made = Buffer.alloc(4 + bytes, kind);
    made.writeUInt32BE(bytes);
    return made;
  };
  /** What is passed on of a key frame of these units, after a sound set-up. */
  const passed = (...units: Buffer[]): FlvTag[] => {
    const setUp = createPictureSetUp();
    const header = encoded('matroska').find(isSetUp);
    if (!header) throw new Error('no set-up');
    setUp.pass(header);
    const body = Buffer.concat([Buffer.from('1701000000', 'hex'), ...units]);
    return setUp.pass({ kind: 'video', timestampMs: 100, key: true, header: false, body });
  };
  const sets = (count: number, bytes = 9): Buffer[] => Array.from({ length: count }, () => unit(7, bytes));

  it.each([
    ['a set', sets(1), 2],
    ['as many sets as a record holds', sets(31), 2],
    ['one more', sets(32), 1],
    ['a set as long as a record holds', sets(1, 0xffff), 2],
    ['one byte more', sets(1, 0x10000), 1],
    ['a unit that is cut short', [unit(7, 9).subarray(0, 8)], 1],
    ['nothing', [], 1],
  ])('%s', (_, units, tags) => {
    expect(passed(...units)).toHaveLength(tags);
  });

  it('of any bytes are passed on, and harm nobody', () => {
    for (let seed = 1; seed < 2_000; seed++) {
      const bytes = Buffer.alloc(seed % 60, 0);
      for (let at = 0; at < bytes.length; at++) bytes[at] = (seed * (at + 7) * 2_654_435_761) >>> (at % 24);
      const setUp = createPictureSetUp();
      for (const packet of [0, 1]) {
        const body = Buffer.concat([Buffer.from([0x17, packet, 0, 0, 0]), bytes]);
        const tag: FlvTag = { kind: 'video', timestampMs: seed, key: packet === 1, header: packet === 0, body };
        expect(setUp.pass(tag).at(-1)).toEqual(tag);
      }
    }
  });
});

describe('[W17] a recorder that starts anew in the middle of a stream', () => {
  it.each(['h264-aac.mkv', 'h264-aac.mp4', 'h264-opus.mkv', 'vp8-opus.webm'] as const)('%s', async (name) => {
    const test = await startTestWorker();
    const { bytes, media } = fixture(name);
    const socket = openSocket(test.url());
    const { epoch } = await greet(socket, media);
    sendMedia(socket, { bytes: Buffer.concat([bytes, bytes]), epoch });
    expect(await socket.closed).toMatchObject({
      code: 4001,
      text: 'unsupported-media: a second recording begins in the stream',
    });
    // What came before it is published.
    await test.sink.until('the end', () => test.sink.sessions[0]?.end !== undefined);
    expect(test.sink.sessions[0]?.frames.filter(({ kind }) => kind === 'video').length).toBeGreaterThanOrEqual(120);
    await test.close();
  });
});
