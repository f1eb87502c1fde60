import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, type TestContext } from 'vitest';
import { createContainerReader } from './media/container-reader.ts';
import { OUTPUT_OFFSET_MS } from './media/ffmpeg-args.ts';
import { type Medium, rebuild, takeApart, trackWith } from './media/rebuilt.testing.ts';
import type { RecordedFrame } from './publish/sink/recording.testing.ts';
import { fixture, openSocket, startTestWorker, type TestWorker, killEncoder } from './worker.testing.ts';

type Finished = Pick<TestContext, 'onTestFinished'>;

const CHUNK_BYTES = 7_000;
/** Two minutes of sound take a loaded machine a while. */
const PATIENCE = { timeout: 120_000 };
/** Of camera-away-vp8.webm, as it was recorded. */
const PICTURES_OF_VP8 = 599;

/** What a browser or a phone of a real person has recorded, in `fixtures/cases`: there are two minutes of it at most. */
const recording = (name: string): Buffer =>
  readFileSync(fileURLToPath(new URL(`fixtures/cases/${name}`, import.meta.url)));

const start = async ({ onTestFinished }: Finished): Promise<TestWorker> => {
  const made = await startTestWorker();
  onTestFinished(() => made.close());
  return made;
};

const arrived = ({ sink }: TestWorker, kind: RecordedFrame['kind']): RecordedFrame[] =>
  sink.sessions.flatMap(({ frames }) => frames.filter((frame) => frame.kind === kind));

/** A plain client's show, all of it at once, from the first byte to the end at the server. */
const play = async (context: Finished, bytes: Buffer) => {
  const test = await start(context);
  const { socket, closed } = openSocket(test.url(), { plain: true });
  socket.on('open', () => {
    for (let at = 0; at < bytes.byteLength; at += CHUNK_BYTES) socket.send(bytes.subarray(at, at + CHUNK_BYTES));
    socket.close(1000);
  });
  const { code } = await closed;
  await test.sink.until('the end', () => test.memory.released.length > 0, PATIENCE.timeout);
  expect({ code, released: test.memory.released.map(({ because }) => because) }).toEqual({
    code: 1000,
    released: ['finished'],
  });
  expect(test.lines.join()).not.toContain('encoder died');
  return { test, video: arrived(test, 'video'), audio: arrived(test, 'audio') };
};

/** Where in a recording of Matroska the media of a time begins. */
const offsetOf = (bytes: Buffer, ms: number): number => {
  for (const event of createContainerReader().push(bytes))
    if (event.type === 'samples' && event.firstMs >= ms) return event.offset;
  return bytes.byteLength;
};

const widestMs = (frames: readonly RecordedFrame[]): number =>
  Math.max(0, ...frames.slice(1).map(({ dtsMs }, index) => dtsMs - (frames[index]?.dtsMs ?? 0)));
const isForward = (frames: readonly RecordedFrame[]): boolean =>
  frames.every(({ dtsMs }, index) => index === 0 || dtsMs > (frames[index - 1]?.dtsMs ?? 0));

describe.concurrent('sleeping laptops, muted cameras, still pages', () => {
  it('[E11] long-gop.mkv: one key frame in 100 s', PATIENCE, async (context) => {
    const { video, audio } = await play(context, recording('long-gop.mkv'));
    expect(video).toHaveLength(110);
    expect(video.at(-1)?.dtsMs).toBe(109_107);
    expect(widestMs(video)).toBe(1_000);
    expect(audio.at(-1)?.dtsMs).toBeGreaterThan(109_000);
    expect(widestMs(audio)).toBeLessThanOrEqual(25);
  });

  it('[E11] camera-away.mkv: no picture for 75 s, and sound all the time', PATIENCE, async (context) => {
    const { video, audio } = await play(context, recording('camera-away.mkv'));
    expect(video).toHaveLength(349);
    expect(video.find(({ dtsMs }) => dtsMs > 20_000)?.dtsMs).toBe(85_207);
    expect(widestMs(audio)).toBeLessThanOrEqual(25);
    expect(audio.at(-1)?.dtsMs).toBeGreaterThan(109_000);
  });

  it('[E16] camera-away-vp8.webm: the last picture is repeated while the camera is away', PATIENCE, async (context) => {
    const test = await start(context);
    const bytes = recording('camera-away-vp8.webm');
    const { socket, closed } = openSocket(test.url(), { plain: true });
    const awhile = offsetOf(bytes, 20_000);
    socket.on('open', () => socket.send(bytes.subarray(0, awhile)));
    const copies = () => arrived(test, 'video').filter(({ dtsMs }) => dtsMs > 10_500 && dtsMs < 40_100);
    // It is there before the camera is back.
    await test.sink.until('the last picture again', () => copies().length > 0, PATIENCE.timeout);
    expect(test.encoders).toHaveLength(2);
    socket.send(bytes.subarray(awhile));
    socket.close(1000);
    expect(await closed).toMatchObject({ code: 1000 });
    await test.sink.until('the end', () => test.memory.released.length > 0, PATIENCE.timeout);

    expect(copies().length).toBeGreaterThan(35);
    expect(copies().every(({ key }) => key)).toBe(true);
    expect(new Set(copies().map(({ crc }) => crc)).size).toBe(2);
    expect(widestMs(copies())).toBeLessThan(600);
    const [video, audio] = [arrived(test, 'video'), arrived(test, 'audio')];
    expect(isForward(video)).toBe(true);
    expect(widestMs(audio)).toBeLessThanOrEqual(25);
    const back = video.filter(({ dtsMs }) => dtsMs > 40_100);
    expect(back[0]).toMatchObject({ key: true });
    expect(video.length - copies().length).toBe(PICTURES_OF_VP8);
    // Between the sound of its time: a server that is given all pictures last makes nothing of them.
    const times = test.sink.sessions.flatMap(({ frames }) => frames.map(({ dtsMs }) => dtsMs));
    const newest = times.map((_, index) => Math.max(...times.slice(Math.max(0, index - 200), index + 1)));
    expect(times.every((ms, index) => ms > (newest[index] ?? 0) - 1_500)).toBe(true);
  });

  it.for(['clock-jump.mkv', 'clock-jump-10min.mkv', 'clock-jump-10min-vp8.webm'])(
    '[E15] %s: both clocks jump in the middle of a GOP',
    PATIENCE,
    async (name, context) => {
      const { video, audio } = await play(context, recording(name));
      expect(video.length).toBeGreaterThanOrEqual(420);
      expect(video.length).toBeLessThanOrEqual(423);
      for (const frames of [video, audio]) {
        expect(isForward(frames)).toBe(true);
        expect(widestMs(frames)).toBeLessThanOrEqual(120);
        expect(frames.at(-1)?.dtsMs).toBeGreaterThan(14_000);
        expect(frames.at(-1)?.dtsMs).toBeLessThan(14_300);
      }
    },
  );

  it('[E15] start-14h.mkv: a clock that counts from the start of the machine', PATIENCE, async (context) => {
    const { video, audio } = await play(context, recording('start-14h.mkv'));
    expect(video).toHaveLength(300);
    expect(video[0]?.dtsMs).toBeLessThanOrEqual(OUTPUT_OFFSET_MS + 50);
    expect(isForward(video)).toBe(true);
    expect(widestMs(video)).toBeLessThanOrEqual(34);
    expect(widestMs(audio)).toBeLessThanOrEqual(25);
  });
});

describe.concurrent('what is as it should be', () => {
  it.for([
    ['audio-drift.mkv', 900, 34],
    ['no-codec-private.mkv', 420, 34],
    ['one-picture.mkv', 1, 0],
    ['trun-v0-negative.mp4', 182, 67],
    ['fragments-of-2s.mp4', 180, 40],
  ] as const)('[E10] %s arrives whole', PATIENCE, async ([name, frames, gapMs], context) => {
    const { video } = await play(context, recording(name));
    expect(video).toHaveLength(frames);
    expect(isForward(video)).toBe(true);
    expect(widestMs(video)).toBeLessThanOrEqual(gapMs);
  });

  it(
    '[P9] a server that acknowledges once and then every 2.5 MB is sent a show in one session',
    PATIENCE,
    async (context) => {
      const test = await start(context);
      test.sink.conduct.acknowledges = 'early-then-2.5MB';
      const bytes = recording('audio-drift.mkv');
      const { socket, closed } = openSocket(test.url(), { plain: true });
      socket.on('open', () => {
        socket.send(bytes);
        socket.close(1000);
      });
      await closed;
      await test.sink.until('the end', () => test.memory.released.length > 0, PATIENCE.timeout);
      expect(test.sink.sessions).toHaveLength(1);
      expect(arrived(test, 'video')).toHaveLength(900);
    },
  );

  it('[P3] a server that sends us to another address is followed there', PATIENCE, async (context) => {
    const test = await start(context);
    const other = await start(context);
    test.sink.conduct.redirect = other.sink.url;
    const { socket, closed } = openSocket(test.url(), { plain: true });
    socket.on('open', () => {
      socket.send(recording('no-codec-private.mkv'));
      socket.close(1000);
    });
    await closed;
    await other.sink.until('the end', () => test.memory.released.length > 0, PATIENCE.timeout);
    expect(arrived(other, 'video')).toHaveLength(420);
    expect(test.lines.join()).toContain('redirectedTo');
  });
});

describe.concurrent('an encoder that dies', () => {
  it(
    '[E9] b-frames.mkv: pictures that are decoded long before they are shown keep their times',
    PATIENCE,
    async (context) => {
      const bytes = recording('b-frames.mkv');
      const undisturbed = await play(context, bytes);
      const test = await start(context);
      const { socket, closed } = openSocket(test.url(), { plain: true });
      const half = Math.floor(bytes.byteLength / 2);
      socket.on('open', () => socket.send(bytes.subarray(0, half)));
      await test.sink.until('the first part', () => arrived(test, 'video').length >= 60, PATIENCE.timeout);
      killEncoder(test);
      socket.send(bytes.subarray(half));
      socket.close(1000);
      await closed;
      await test.sink.until('the end', () => test.memory.released.length > 0, PATIENCE.timeout);
      expect(test.encoders).toHaveLength(2);
      const times = (frames: readonly RecordedFrame[]) => frames.map(({ dtsMs, ptsMs }) => [dtsMs, ptsMs]);
      expect(times(arrived(test, 'video'))).toEqual(times(undisturbed.video));
      expect(undisturbed.video).toHaveLength(181);
      expect(isForward(undisturbed.video)).toBe(true);
    },
  );
});

type Seen = { width: number; height: number; pixels: Buffer };

/** A picture of the simplest of formats: `P6`, width, height and the largest value in lines, then the pixels. */
const readPpm = (ppm: Buffer): Seen => {
  const [, width = '', height = ''] = /^P6\n(\d+) (\d+)\n255\n/.exec(ppm.toString('latin1', 0, 32)) ?? [];
  const size = { width: Number(width), height: Number(height) };
  return { ...size, pixels: ppm.subarray(-size.width * size.height * 3) };
};

const decode = (input: Buffer | string, ...options: string[]): Seen => {
  const from = typeof input === 'string' ? input : 'pipe:0';
  const format = typeof input === 'string' ? [] : ['-f', 'h264'];
  const to = [...options, '-frames:v', '1', '-f', 'image2pipe', '-c:v', 'ppm', 'pipe:1'];
  const { stdout } = spawnSync('ffmpeg', ['-v', 'error', ...format, '-i', from, ...to], {
    ...(typeof input !== 'string' && { input }),
    maxBuffer: 2 ** 26,
  });
  return readPpm(stdout);
};

const START_CODE = Buffer.of(0, 0, 0, 1);

/** Units with their lengths before them, as a decoder reads them without a container. */
const toAnnexB = (units: Buffer, lengthBytes = 4): Buffer => {
  const parts: Buffer[] = [];
  for (let at = 0; at + lengthBytes <= units.byteLength;) {
    const from = at + lengthBytes;
    at = from + units.readUIntBE(at, lengthBytes);
    parts.push(START_CODE, units.subarray(from, at));
  }
  return Buffer.concat(parts);
};

/** The first picture that viewers get. */
const seen = ({ sink }: TestWorker): Seen => {
  const session = sink.sessions[0];
  const avcC = session?.headers.find(({ kind }) => kind === 'video')?.body.subarray(5) ?? Buffer.alloc(0);
  const sequenceBytes = avcC.readUInt16BE(6);
  const sets = Buffer.concat([avcC.subarray(6, 8 + sequenceBytes), avcC.subarray(9 + sequenceBytes)]);
  const picture = session?.firstKey?.subarray(5) ?? Buffer.alloc(0);
  return decode(Buffer.concat([toAnnexB(sets, 2), toAnnexB(picture)]));
};

/** How far the pixels of two pictures are apart, of 255; 255 where they are not even of one size. */
const apart = (one: Seen, other: Seen): number => {
  if (one.width !== other.width || one.height !== other.height) return 255;
  let sum = 0;
  for (const [at, value] of one.pixels.entries()) sum += Math.abs(value - (other.pixels[at] ?? 0));
  return sum / one.pixels.byteLength;
};
/** What an encoder alters of a test picture's edges. */
const ALTERED = 12;

describe.concurrent('pictures as phones and screens give them', () => {
  it.for([
    // A player of files sets it upright, as it is to be seen.
    ['rotated-phone.mp4', 'of an upright phone', 'scale=180:320', 90, 15],
    ['pixel-aspect.webm', 'whose pixels are wider than high', 'scale=426:240', 120, 30],
    ['colour-444.mkv', 'of a colour for each pixel', 'scale=320:180', 300, 30],
    ['ultrawide.mkv', 'of a screen of 5120×1440', 'scale=1280:360', 40, 10],
  ] as const)('[E2] %s: a picture %s', PATIENCE, async ([name, , shape, frames, fps], context) => {
    const { test, video, audio } = await play(context, recording(name));
    expect(video).toHaveLength(frames);
    expect(isForward(video)).toBe(true);
    expect(widestMs(video)).toBeLessThanOrEqual(1_000 / fps + 1);
    expect(audio.length).toBeGreaterThan(0);
    const path = fileURLToPath(new URL(`fixtures/cases/${name}`, import.meta.url));
    expect(apart(seen(test), decode(path, '-vf', shape))).toBeLessThan(ALTERED);
    // What is published is what every player shows: main profile, 4:2:0 in eight bits.
    expect(test.sink.sessions[0]?.headers[0]?.body.readUInt8(6)).toBe(77);
  });

  it(
    '[E2] colour-444.mkv, of which only the stream says what it is: is encoded as if its container did',
    PATIENCE,
    async (context) => {
      const { setUps, media } = takeApart(recording('colour-444.mkv'));
      const sets = setsOf(setUps.video);
      const silent = rebuild(
        [trackWith('video', 'V_MPEG4/ISO/AVC'), trackWith('audio', 'A_OPUS', setUps.audio)],
        media.map((medium) => (medium.kind === 'video' ? { ...medium, bytes: behindCodes(sets, medium) } : medium)),
      );
      const { test, video, audio } = await play(context, silent);
      expect(video).toHaveLength(300);
      expect(audio.length).toBeGreaterThan(0);
      expect(test.sink.sessions[0]?.headers[0]?.body.readUInt8(6)).toBe(77);
      const path = fileURLToPath(new URL('fixtures/cases/colour-444.mkv', import.meta.url));
      expect(apart(seen(test), decode(path, '-vf', 'scale=320:180'))).toBeLessThan(ALTERED);
    },
  );

  it(
    '[E2] a recorder that changes to what cannot be copied: is encoded from there, and no picture is missing',
    PATIENCE,
    async (context) => {
      const [before, after] = [fixture('h264-aac.mkv').bytes, recording('colour-444.mkv')].map(takeApart);
      if (!before || !after) throw new Error('no recordings');
      const changeMs = 2_000;
      const copied = before.media.filter(({ kind, atMs }) => kind === 'audio' || atMs < changeMs);
      const sets = Buffer.concat(setsOf(after.setUps.video).map((set) => withLength(set)));
      const others = after.media
        .filter(({ kind, atMs }) => kind === 'video' && atMs < changeMs)
        .map(({ bytes, ...medium }) => ({
          ...medium,
          atMs: medium.atMs + changeMs,
          bytes: medium.key ? Buffer.concat([sets, bytes]) : bytes,
        }));
      const tracks = [
        trackWith('video', 'V_MPEG4/ISO/AVC', before.setUps.video),
        trackWith('audio', 'A_AAC', before.setUps.audio),
      ];
      // In the order in which they were recorded: of pictures that lean on later ones, in the order of decoding.
      const media = interleave([...copied.filter(({ kind }) => kind === 'video'), ...others], copied);
      const { test, video, audio } = await play(context, rebuild(tracks, media));
      const session = test.sink.sessions[0];
      expect(session?.headers.filter(({ kind }) => kind === 'video').map(({ body }) => body.readUInt8(6))).toEqual([
        100, 77,
      ]);
      expect(video).toHaveLength(media.filter(({ kind }) => kind === 'video').length);
      expect(isForward(video)).toBe(true);
      expect(widestMs(video)).toBeLessThanOrEqual(70);
      expect(widestMs(audio)).toBeLessThanOrEqual(50);
      expect(video.find(({ dtsMs }) => dtsMs >= changeMs + OUTPUT_OFFSET_MS - 1)).toMatchObject({ key: true });
    },
  );

  it('[L12] one picture that a browser holds back: is told that', PATIENCE, async (context) => {
    const { socket, closed } = openSocket((await start(context)).url(), { plain: true });
    socket.on('open', () => socket.send(withoutPictures(recording('one-picture.mkv'))));
    expect((await closed).text).toBe(
      'unsupported-media: sound came and no picture: a browser holds back one that does not change',
    );
  });
});

/** The parameter sets in a configuration record of one of each. */
const setsOf = (record: Buffer = Buffer.alloc(0)): Buffer[] => {
  const sequenceEnd = 8 + record.readUInt16BE(6);
  const pictureEnd = sequenceEnd + 3 + record.readUInt16BE(sequenceEnd + 1);
  return [record.subarray(8, sequenceEnd), record.subarray(sequenceEnd + 3, pictureEnd)];
};

const withLength = (unit: Buffer): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(unit.byteLength);
  return Buffer.concat([length, unit]);
};

/** A picture as a recorder writes it that gives its container no set-up: that stands before each key frame. */
const behindCodes = (sets: Buffer[], { key, bytes }: Medium): Buffer =>
  Buffer.concat([...(key ? sets.flatMap((set) => [START_CODE, set]) : []), toAnnexB(bytes)]);

/** Sound between pictures, which keep their order. */
const interleave = (pictures: readonly Medium[], media: readonly Medium[]): Medium[] => {
  const sound = media.filter(({ kind }) => kind === 'audio');
  const made: Medium[] = [];
  for (const picture of pictures) {
    while (sound[0] && sound[0].atMs <= picture.atMs) made.push(...sound.splice(0, 1));
    made.push(picture);
  }
  return made;
};

const SIMPLE_BLOCK = 0xa3;
const PICTURE_TRACK = 0x81;
/** Void: whoever reads it passes over it. */
const VOID = 0xec;

/** A recording in which the picture has not come yet. */
const withoutPictures = (bytes: Buffer): Buffer => {
  const copy = Buffer.from(bytes);
  for (let at = copy.indexOf(Buffer.of(0x1f, 0x43, 0xb6, 0x75)); at < copy.byteLength - 8; at++) {
    if (copy[at] !== SIMPLE_BLOCK) continue;
    const sizeBytes = Math.clz32(copy[at + 1] ?? 0) - 23;
    if (copy[at + 1 + sizeBytes] !== PICTURE_TRACK) continue;
    copy[at] = VOID;
    return copy;
  }
  return copy;
};
