import { describe, expect, it, type TestContext, vi } from 'vitest';
import { ID, readElement } from './media/ebml.ts';
import { element } from './media/matroska.testing.ts';
import type { Recorded, RecordedFrame } from './publish/sink/recording.testing.ts';
import { createMemoryStore, OTHER_STREAM, STREAM, streamNumber } from './session/store.testing.ts';
import {
  type FixtureName,
  fixture,
  greet,
  openSocket,
  resume,
  sendMedia,
  startTestWorker,
  type TestWorker,
  killEncoder,
} from './worker.testing.ts';

/** Its profile no longer promises that pictures are shown as they are decoded. */
const withoutPromise = (bytes: Buffer): Buffer => {
  const changed = Buffer.from(bytes);
  const setUp = changed.indexOf(Buffer.from('01640c0d', 'hex'));
  changed[setUp + 2] = 0;
  return changed;
};

/** From its second half on, pictures are in groups of one block, which say later on what they lean on. */
const withBlockGroups = (bytes: Buffer): Buffer => {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.byteLength;) {
    const found = readElement(bytes.subarray(at));
    if ('needs' in found) throw new Error('the recording is cut short');
    const { id, size, headerBytes } = found;
    const isEntered = id === ID.segment || id === ID.cluster;
    const to = isEntered ? at + headerBytes : at + headerBytes + (size ?? 0);
    const body = bytes.subarray(at + headerBytes, to);
    const isGrouped = id === ID.simpleBlock && at > bytes.byteLength / 2 && body[0] === 0x81 && (body[3] ?? 0) < 0x80;
    const [block, leansOn] = [element(ID.block, body), element(ID.referenceBlock, Buffer.of(1))];
    parts.push(isGrouped ? element(ID.blockGroup, block, leansOn) : bytes.subarray(at, to));
    at = to;
  }
  return Buffer.concat(parts);
};

type Finished = Pick<TestContext, 'onTestFinished'>;

/** A worker that ends with its test: the tests of this file run side by side, for they mostly wait. */
const start = async (
  { onTestFinished }: Finished,
  ...options: Parameters<typeof startTestWorker>
): Promise<TestWorker> => {
  const made = await startTestWorker(...options);
  onTestFinished(() => made.close());
  return made;
};

/** What of a show has arrived, in order. */
const arrived = (sessions: readonly Recorded[], kind: RecordedFrame['kind']): number[] =>
  sessions.flatMap(({ frames }) => frames.filter((frame) => frame.kind === kind).map(({ dtsMs }) => dtsMs));

/** How many of each kind a fixture comes to when nothing is done to it, by times that FFmpeg's own output has. */
const WHOLE: Record<FixtureName, { video: number; audio: number; widestMs: number }> = {
  'vp8-opus.webm': { video: 120, audio: 260, widestMs: 55 },
  'h264-opus.mkv': { video: 120, audio: 260, widestMs: 55 },
  'h264-aac.mkv': { video: 120, audio: 283, widestMs: 50 },
  'h264-aac.mp4': { video: 120, audio: 283, widestMs: 89 },
  'h264-opus.mp4': { video: 120, audio: 279, widestMs: 54 },
};
const COPIED: FixtureName[] = ['h264-aac.mkv', 'h264-aac.mp4'];
const ALL: FixtureName[] = ['vp8-opus.webm', 'h264-opus.mkv', 'h264-aac.mkv', 'h264-aac.mp4'];

/** Every frame, once, in order. `repeated`: a new connection may bring frames again that an older one brought. */
const expectWhole = (name: FixtureName, sessions: readonly Recorded[], { repeated = false } = {}): void => {
  for (const kind of ['video', 'audio'] as const) {
    const times = arrived(sessions, kind);
    const once = [...new Set(times)].sort((one, other) => one - other);
    if (!repeated) expect(times, `${kind} once and in order`).toEqual(once);
    // Sound that another worker encodes anew begins its frames elsewhere: only its gaps can be compared.
    if (!(repeated && kind === 'audio')) expect(once.length, `${kind} frames`).toBe(WHOLE[name][kind]);
    const gaps = once.slice(1).map((at, index) => at - (once[index] ?? 0));
    expect(Math.max(...gaps), `widest gap of ${kind}`).toBeLessThanOrEqual(
      kind === 'video' ? WHOLE[name].widestMs : 25,
    );
  }
};

/** Processes that a show takes: H.264 and AAC are repackaged by the worker itself. */
const encodersOf = (name: FixtureName): number => (name.startsWith('h264-aac') ? 0 : 1);

const videos = ({ sink }: TestWorker): number => arrived(sink.sessions, 'video').length;

/** A show whose first part has been sent and has begun to arrive. */
const beginShow = async (test: TestWorker, name: FixtureName, part = 0.6) => {
  const { bytes, initBytes, media } = fixture(name);
  const socket = openSocket(test.url());
  const welcome = await greet(socket, media);
  const sent = Math.floor(bytes.byteLength * part);
  sendMedia(socket, { bytes, epoch: welcome.epoch, to: sent });
  await test.sink.until('the first part', () => videos(test) >= 30);
  return { bytes, initBytes, media, socket, welcome, sent };
};

describe.concurrent('encoder', () => {
  it.for(ALL)('[E3] %s: killed in the middle, nothing is missing, doubled or out of order', async (name, context) => {
    const test = await start(context, { copier: 'ffmpeg' });
    const { bytes, socket, welcome, sent } = await beginShow(test, name);
    const before = videos(test);
    killEncoder(test);
    sendMedia(socket, { bytes, epoch: welcome.epoch, from: sent });
    socket.tell({ type: 'stop', at: bytes.byteLength });
    expect(await socket.closed).toMatchObject({ reason: 'finished' });
    expect(test.sink.sessions).toHaveLength(1);
    expect(test.encoders).toHaveLength(2);
    expectWhole(name, test.sink.sessions);
    if (name === 'vp8-opus.webm') {
      const pictures = test.sink.sessions[0]?.frames.filter(({ kind }) => kind === 'video') ?? [];
      const after = pictures.slice(before).find(({ dtsMs }) => dtsMs > (pictures[before - 1]?.dtsMs ?? 0));
      expect(
        pictures.slice(before - 5).some(({ key }) => key),
        'a new encoder begins with a key frame',
      ).toBe(true);
      expect(after).toBeDefined();
    }
  });

  it('[E4] a fourth death in a row ends the show', async (context) => {
    const test = await start(context, { ffmpegPath: '/bin/false', copier: 'ffmpeg' });
    const { bytes, media } = fixture('h264-aac.mkv');
    const socket = openSocket(test.url());
    const { epoch } = await greet(socket, media);
    sendMedia(socket, { bytes, epoch });
    expect(await socket.closed).toMatchObject({ reason: 'encoder-failed', code: 4011 });
    expect(test.encoders).toHaveLength(4);
    expect(test.memory.released).toEqual([{ streamId: STREAM, because: 'encoder-failed' }]);
  });
});

describe.concurrent('repackager', () => {
  it.for(COPIED)('[E14] %s: a whole show without a process', async (name, context) => {
    const test = await start(context);
    const { bytes, socket, welcome, sent } = await beginShow(test, name);
    sendMedia(socket, { bytes, epoch: welcome.epoch, from: sent });
    socket.tell({ type: 'stop', at: bytes.byteLength });
    expect(await socket.closed).toMatchObject({ reason: 'finished' });
    expect(test.encoders).toHaveLength(0);
    expectWhole(name, test.sink.sessions);
  });

  it.for(COPIED)('[E14] [S11] %s: taken up by another worker, with its server gone as well', async (name, context) => {
    const memory = createMemoryStore();
    const test = await start(context, { memory });
    const { bytes, media, socket, welcome } = await beginShow(test, name);
    const other = await start(context, { memory, sink: test.sink });
    test.sink.reset();
    socket.socket.terminate();
    const again = openSocket(other.url());
    const next = await resume(again, { media, welcome, bytes });
    sendMedia(again, { bytes, epoch: next.epoch, from: next.nextOffset });
    again.tell({ type: 'stop', at: bytes.byteLength });
    expect(await again.closed).toMatchObject({ reason: 'finished' });
    expect([...test.encoders, ...other.encoders]).toEqual([]);
    expectWhole(name, test.sink.sessions, { repeated: true });
  });

  it.for([
    ['pictures that may be shown in another order', withoutPromise],
    ['pictures in block groups, from the middle on', withBlockGroups],
  ] as const)('[E14] %s go on through FFmpeg, and nothing is missing or doubled', async ([, change], context) => {
    const test = await start(context);
    const { bytes: recorded, media } = fixture('h264-aac.mkv');
    const bytes = change(recorded);
    const socket = openSocket(test.url());
    const { epoch } = await greet(socket, media);
    sendMedia(socket, { bytes, epoch });
    socket.tell({ type: 'stop', at: bytes.byteLength });
    expect(await socket.closed).toMatchObject({ reason: 'finished' });
    expect(test.encoders).toHaveLength(1);
    expect(test.lines.join()).not.toContain('encoder died');
    expectWhole('h264-aac.mkv', test.sink.sessions);
  });
});

describe.concurrent('time', () => {
  it.for(ALL)(
    '[E9] %s: what is published has the recording’s time and 100 ms, whatever befalls it',
    async (name, context) => {
      const test = await start(context, { copier: 'ffmpeg' });
      const { bytes, media, socket, welcome, sent } = await beginShow(test, name);
      killEncoder(test);
      await vi.waitFor(() => expect(test.encoders).toHaveLength(2), { timeout: 5_000 });
      test.sink.reset();
      socket.socket.terminate();
      const again = openSocket(test.url());
      const next = await resume(again, { media, welcome, bytes });
      sendMedia(again, { bytes, epoch: next.epoch, from: next.nextOffset });
      again.tell({ type: 'stop', at: bytes.byteLength });
      expect(await again.closed).toMatchObject({ reason: 'finished' });
      expect(sent).toBeGreaterThan(0);

      const quiet = await start(context);
      const undisturbed = openSocket(quiet.url());
      const { epoch } = await greet(undisturbed, media);
      sendMedia(undisturbed, { bytes, epoch });
      undisturbed.tell({ type: 'stop', at: bytes.byteLength });
      expect(await undisturbed.closed).toMatchObject({ reason: 'finished' });
      const times = arrived(quiet.sink.sessions, 'video');
      expect([...new Set(arrived(test.sink.sessions, 'video'))].sort((one, other) => one - other)).toEqual(times);
      // A browser's first picture is within its first 100 ms.
      expect(times[0]).toBeGreaterThanOrEqual(100);
      expect(times[0]).toBeLessThan(200);
    },
  );
});

describe.concurrent('socket', () => {
  it.for(ALL)('[W14] %s: cut off in the middle, the feed goes on in another socket', async (name, context) => {
    const test = await start(context);
    const { bytes, media, socket, welcome, sent } = await beginShow(test, name);
    socket.socket.terminate();
    const again = openSocket(test.url());
    const next = await resume(again, { media, welcome, bytes });
    expect(next).toMatchObject({ resumeToken: welcome.resumeToken, epoch: 2, needsInit: false });
    expect(next.nextOffset).toBeLessThanOrEqual(sent);
    sendMedia(again, { bytes, epoch: next.epoch, from: next.nextOffset });
    again.tell({ type: 'stop', at: bytes.byteLength });
    expect(await again.closed).toMatchObject({ reason: 'finished' });
    expect(test.sink.sessions).toHaveLength(1);
    expect(test.encoders).toHaveLength(encodersOf(name));
    expectWhole(name, test.sink.sessions);
  });

  it('[W14] a second socket fences the first, which is told to move', async (context) => {
    const test = await start(context);
    const { bytes, media, socket, welcome, sent } = await beginShow(test, 'h264-aac.mkv');
    const again = openSocket(test.url());
    const next = await resume(again, { media, welcome, bytes });
    expect(await socket.closed).toMatchObject({ reason: 'migrate' });
    sendMedia(again, { bytes, epoch: welcome.epoch, from: sent });
    sendMedia(again, { bytes, epoch: next.epoch, from: next.nextOffset });
    again.tell({ type: 'stop', at: bytes.byteLength });
    await again.closed;
    expectWhole('h264-aac.mkv', test.sink.sessions);
  });

  // The second key frame and the third; the GOP between them is dropped after a part of it was sent.
  it.for<[FixtureName, number, number]>([
    ['h264-aac.mkv', 47_582, 100_623],
    ['h264-aac.mp4', 49_162, 101_664],
    ['h264-opus.mkv', 45_999, 99_165],
  ])('[W9] %s: what a client had to leave out is missing, and nothing else', async ([name, from, to], context) => {
    const test = await start(context);
    const { bytes, media } = fixture(name);
    const socket = openSocket(test.url());
    const { epoch } = await greet(socket, media);
    sendMedia(socket, { bytes, epoch, to: from + 12_000 });
    socket.tell({ type: 'skip', to });
    sendMedia(socket, { bytes, epoch, from: to });
    socket.tell({ type: 'stop', at: bytes.byteLength });
    expect(await socket.closed).toMatchObject({ reason: 'finished' });
    const video = arrived(test.sink.sessions, 'video');
    expect(video.filter((ms) => ms < 2_090)).toHaveLength(40);
    expect(video.filter((ms) => ms > 4_090)).toHaveLength(40);
    expect(video).toEqual([...new Set(video)].sort((one, other) => one - other));
    expect(test.lines.join()).not.toContain('encoder died');
  });

  it.for(ALL)('[W13] %s: a plain recording that breaks off is published as far as it goes', async (name, context) => {
    const test = await start(context);
    const { bytes } = fixture(name);
    const { socket, closed } = openSocket(test.url(), { plain: true });
    socket.on('open', () => {
      socket.send(bytes.subarray(0, Math.floor(bytes.byteLength * 0.55)));
      socket.terminate();
    });
    await closed;
    await vi.waitFor(() => expect(test.memory.released).toHaveLength(1), { timeout: 20_000 });
    expect(test.memory.released).toEqual([{ streamId: STREAM, because: 'finished' }]);
    expect(videos(test)).toBeGreaterThanOrEqual(40);
    expect(test.lines.join()).not.toContain('encoder died');
  });
});

describe.concurrent('others', () => {
  it('[W17] garbage of every kind ends its own feed and touches no other', async (context) => {
    const test = await start(context, { capacityUnits: 100_000 });
    const { bytes, socket, welcome, sent } = await beginShow(test, 'h264-aac.mkv');
    const hostile = Array.from({ length: 12 }, (_, index) => {
      const { bytes: good } = fixture(ALL[index % ALL.length] ?? 'h264-aac.mkv');
      const bad = Buffer.from(good);
      // The same in every run: from a third on, bytes at a fixed distance are others.
      for (let at = Math.floor(bad.length / 3); at < bad.length; at += 7 + 40 * index)
        bad[at] = (at * 31 + index) % 256;
      const made = openSocket(test.url(test.memory.issue({ streamId: streamNumber(index + 10) })), { plain: true });
      made.socket.on('open', () => {
        made.socket.send(bad);
        made.socket.close(1000);
      });
      return made.closed;
    });
    sendMedia(socket, { bytes, epoch: welcome.epoch, from: sent });
    socket.tell({ type: 'stop', at: bytes.byteLength });
    expect(await socket.closed).toMatchObject({ reason: 'finished' });
    await Promise.all(hostile);
    await vi.waitFor(() => expect(test.memory.released).toHaveLength(13), { timeout: 25_000, interval: 100 });
    expectWhole(
      'h264-aac.mkv',
      [test.sink.sessions[0]].filter((session) => session !== undefined),
    );
  });
});

describe.concurrent('upstream', () => {
  it.for(ALL)('[S11] %s: reset in the middle, nothing is missing', async (name, context) => {
    const test = await start(context);
    const { bytes, socket, welcome, sent } = await beginShow(test, name);
    test.sink.reset();
    sendMedia(socket, { bytes, epoch: welcome.epoch, from: sent });
    socket.tell({ type: 'stop', at: bytes.byteLength });
    expect(await socket.closed).toMatchObject({ reason: 'finished' });
    expect(test.sink.sessions).toHaveLength(2);
    expect(test.encoders).toHaveLength(encodersOf(name));
    expectWhole(name, test.sink.sessions, { repeated: true });
    const [second] = test.sink.sessions.slice(1);
    expect(second?.frames.find(({ kind }) => kind === 'video')?.key).toBe(true);
    expect(second?.headers.map(({ kind }) => kind).sort()).toEqual(['audio', 'video']);
  });

  it('[S7] reset in the midst of the farewell, it is told the end of the show once more', async (context) => {
    const test = await start(context);
    test.sink.conduct.answersFarewell = false;
    const { bytes, socket, welcome, sent } = await beginShow(test, 'h264-aac.mkv');
    sendMedia(socket, { bytes, epoch: welcome.epoch, from: sent });
    socket.tell({ type: 'stop', at: bytes.byteLength });
    await test.sink.until('the farewell', () => test.sink.sessions[0]?.said.includes('FCUnpublish') === true);
    test.sink.conduct.answersFarewell = true;
    test.sink.reset();
    expect(await socket.closed).toMatchObject({ reason: 'finished' });
    expect(test.sink.sessions.map(({ end }) => end?.how)).toEqual(['reset', 'ended']);
    expectWhole('h264-aac.mkv', test.sink.sessions, { repeated: true });
  });

  it('[S11] a refused key ends the show at once, with its own reason', async (context) => {
    const test = await start(context);
    test.sink.conduct.refuse = 'by-status';
    const { media } = fixture('h264-aac.mkv');
    const socket = openSocket(test.url());
    await greet(socket, media);
    expect(await socket.closed).toMatchObject({ reason: 'upstream-refused', code: 4012 });
    expect(test.memory.released).toEqual([{ streamId: STREAM, because: 'upstream-refused' }]);
  });
});

describe.concurrent('workers', () => {
  it.for(ALL)('[W15] %s: killed in the middle, another one goes on from what was committed', async (name, context) => {
    const first = await start(context);
    const { bytes, initBytes, media, socket, welcome, sent } = await beginShow(first, name, 0.8);
    await socket.until('committed', ({ offset }) => offset > 0);
    await first.memory.renewed();
    // As after a SIGKILL: its word reaches the table no more.
    const memory = first.memory.afterCrash();
    await first.worker.close();
    await socket.closed;

    const second = await start(context, { memory, sink: first.sink, workerId: 'another' });
    const again = openSocket(second.url());
    const next = await resume(again, { media, welcome, bytes });
    expect(next).toMatchObject({ resumeToken: welcome.resumeToken, needsInit: true });
    expect(next.nextOffset).toBeGreaterThan(0);
    sendMedia(again, { bytes, epoch: next.epoch, to: initBytes, init: true });
    sendMedia(again, { bytes, epoch: next.epoch, from: next.nextOffset });
    again.tell({ type: 'stop', at: bytes.byteLength });
    expect(await again.closed).toMatchObject({ reason: 'finished' });
    expect(sent).toBeGreaterThan(next.nextOffset);
    expectWhole(name, first.sink.sessions, { repeated: true });
  });

  it.for<[string, (sink: TestWorker['sink']) => void]>([
    ['that does as it should', () => undefined],
    ['that acknowledges nothing', ({ conduct }) => void (conduct.acknowledges = 'never')],
    ['that answers no farewell', ({ conduct }) => void (conduct.answersFarewell = false)],
    ['that breaks just then', (sink) => sink.reset()],
  ])(
    '[S10] told to leave, a session goes on elsewhere with the first byte that was not published: server %s',
    async ([, harm], context) => {
      const first = await start(context);
      const name = 'h264-aac.mkv';
      const { bytes, media, socket, welcome, sent } = await beginShow(first, name, 0.5);
      const gone = first.worker.leave('SIGTERM');
      await vi.waitFor(() => expect(first.lines.join()).toContain('feed leaving'));
      harm(first.sink);
      sendMedia(socket, { bytes, epoch: welcome.epoch, from: sent });
      expect(await socket.closed).toMatchObject({ reason: 'migrate' });
      await gone;
      expect(first.memory.released).toEqual([{ streamId: STREAM, because: 'migrate' }]);

      const second = await start(context, { memory: first.memory, sink: first.sink });
      const again = openSocket(second.url());
      const next = await resume(again, { media, welcome, bytes });
      expect(next.nextOffset).toBe(100_623);
      sendMedia(again, { bytes, epoch: next.epoch, to: 284, init: true });
      sendMedia(again, { bytes, epoch: next.epoch, from: next.nextOffset });
      again.tell({ type: 'stop', at: bytes.byteLength });
      expect(await again.closed).toMatchObject({ reason: 'finished' });
      // Where it broke, the connection made in its place begins with the first GOP that had not been acknowledged whole.
      expectWhole(name, first.sink.sessions, { repeated: first.sink.sessions.length > 2 });
    },
  );

  it('[S10] a feed that is opened as its worker leaves is sent elsewhere, and the stream is free there', async (context) => {
    const first = await start(context);
    const { bytes, media, socket, welcome } = await beginShow(first, 'h264-aac.mkv', 0.5);
    const { store } = first.memory;
    const claim: typeof store.claim = store.claim.bind(store);
    let goOn: () => void = () => undefined;
    const asked = new Promise<void>((heard) => {
      first.memory.store.claim = async (wanted) => {
        heard();
        await new Promise<void>((resolve) => {
          goOn = resolve;
        });
        return claim(wanted);
      };
    });
    const late = openSocket(first.url(first.memory.issue({ streamId: OTHER_STREAM })));
    late.socket.on('open', () => late.tell({ type: 'hello', version: 1, media }));
    await asked;
    const gone = first.worker.leave('SIGTERM');
    goOn();
    expect(await late.closed).toMatchObject({ code: 1001, reason: 'going-away' });
    expect(await socket.closed).toMatchObject({ reason: 'migrate' });
    await gone;
    expect(first.memory.released.map(({ because }) => because).sort()).toEqual(['going-away', 'migrate']);

    first.memory.store.claim = claim;
    const second = await start(context, { memory: first.memory, sink: first.sink });
    const again = openSocket(second.url());
    expect(await resume(again, { media, welcome, bytes })).toMatchObject({ resumeToken: welcome.resumeToken });
    await second.worker.close();
    await first.sink.until('the end', () => first.sink.connections() === 0);
  });

  it('[S2] resumed at another worker while the first still holds it, a feed is sent there and not given up', async (context) => {
    const first = await start(context);
    const name = 'h264-aac.mkv';
    const { bytes, initBytes, media, socket, welcome } = await beginShow(first, name, 0.5);
    await socket.until('committed', ({ offset }) => offset > 0);
    await first.memory.renewed();
    const second = await start(context, { memory: first.memory, sink: first.sink, workerId: 'another' });
    const again = openSocket(second.url());
    const next = await resume(again, { media, welcome, bytes });
    expect(next).toMatchObject({ resumeToken: welcome.resumeToken, needsInit: true });
    expect(await socket.closed).toMatchObject({ reason: 'migrate', code: 4014 });

    sendMedia(again, { bytes, epoch: next.epoch, to: initBytes, init: true });
    sendMedia(again, { bytes, epoch: next.epoch, from: next.nextOffset });
    again.tell({ type: 'stop', at: bytes.byteLength });
    expect(await again.closed).toMatchObject({ reason: 'finished' });
    expectWhole(name, first.sink.sessions, { repeated: true });
  });

  it('[S6] the newer of two publishers wins, and the older one is told', async (context) => {
    const test = await start(context);
    const { socket, media, bytes } = await beginShow(test, 'h264-aac.mkv');
    const newer = openSocket(test.url());
    const { epoch } = await greet(newer, media);
    expect(await socket.closed).toMatchObject({ reason: 'replaced', code: 4009 });
    sendMedia(newer, { bytes, epoch });
    newer.tell({ type: 'stop', at: bytes.byteLength });
    expect(await newer.closed).toMatchObject({ reason: 'finished' });
    expect(test.sink.sessions).toHaveLength(2);
  });

  it.for(
    (['vp8-opus.webm', 'h264-opus.mkv'] as const).flatMap((name) =>
      (['the same', 'another'] as const).map((where) => ({ name, where })),
    ),
  )(
    '[S6] $name: replaced at $where worker, what was received is published whole, and only then what is new',
    async ({ name, where }, context) => {
      const memory = createMemoryStore();
      const first = await start(context, { memory });
      const { bytes, media } = fixture(name);
      const older = openSocket(first.url());
      const { epoch } = await greet(older, media);
      sendMedia(older, { bytes, epoch, to: Math.floor(bytes.byteLength * 0.5) });
      await first.sink.until('its beginning', () => videos(first) > 0);
      // an encoder that is behind with all of the rest
      const pid = first.encoders[0]?.pid;
      if (pid === undefined) throw new Error('no encoder is a process here');
      process.kill(pid, 'SIGSTOP');
      sendMedia(older, { bytes, epoch, from: Math.floor(bytes.byteLength * 0.5) });
      await older.until('received', ({ offset }) => offset === bytes.byteLength);

      const at = where === 'the same' ? first : await start(context, { memory, sink: first.sink, workerId: 'another' });
      const newer = openSocket(at.url(memory.issue()));
      const next = await greet(newer, media);
      sendMedia(newer, { bytes, epoch: next.epoch });
      expect(await older.closed).toMatchObject({ reason: 'replaced', code: 4009 });
      expect(first.sink.sessions).toHaveLength(1);
      process.kill(pid, 'SIGCONT');
      newer.tell({ type: 'stop', at: bytes.byteLength });
      expect(await newer.closed).toMatchObject({ reason: 'finished' });

      const [before, after] = first.sink.sessions;
      expectWhole(
        name,
        [before].flatMap((session) => session ?? []),
      );
      expectWhole(
        name,
        [after].flatMap((session) => session ?? []),
      );
      expect(before?.end?.atMs).toBeLessThan(after?.openedAtMs ?? 0);
      expect(memory.released).toEqual([{ streamId: STREAM, because: 'finished' }]);
    },
  );

  it('[S6] replaced and ended at once, what was received is published before the end', async (context) => {
    const test = await start(context);
    const { bytes, media } = fixture('vp8-opus.webm');
    const older = openSocket(test.url());
    const { epoch } = await greet(older, media);
    sendMedia(older, { bytes, epoch });
    await older.until('received', ({ offset }) => offset === bytes.byteLength);
    const newer = openSocket(test.url());
    await greet(newer, media);
    test.memory.requestEnd();
    expect(await newer.closed).toMatchObject({ reason: 'ended-elsewhere' });
    expectWhole('vp8-opus.webm', test.sink.sessions.slice(0, 1));
  });

  it('[S2] [S5] a feed that another worker has taken over stops before the other publishes', async (context) => {
    const memory = createMemoryStore();
    const first = await start(context, { memory });
    const { socket, media, bytes } = await beginShow(first, 'h264-aac.mkv');
    const second = await start(context, { memory, sink: first.sink, workerId: 'another' });
    const newer = openSocket(second.url());
    const { epoch } = await greet(newer, media);
    sendMedia(newer, { bytes, epoch });
    expect(await socket.closed).toMatchObject({ reason: 'replaced' });
    await first.sink.until('the newer one', () => first.sink.sessions.length === 2);
    const [older, next] = first.sink.sessions;
    expect(older?.end?.atMs).toBeLessThan(next?.openedAtMs ?? 0);
  });

  it('[S3] a worker that cannot renew its lease stops publishing of itself', async (context) => {
    const test = await start(context);
    const { socket } = await beginShow(test, 'h264-aac.mkv');
    test.memory.setReachable(false);
    expect(await socket.closed).toMatchObject({ reason: 'lease-lost', code: 4015 });
    await test.sink.until('the end', () => test.sink.sessions[0]?.end !== undefined);
    test.memory.setReachable(true);
  });

  it('[S9] an end that the control plane wishes for drains, and the client hears why', async (context) => {
    const test = await start(context);
    const { socket } = await beginShow(test, 'h264-aac.mkv');
    test.memory.requestEnd();
    expect(await socket.closed).toMatchObject({ reason: 'ended-elsewhere', code: 4016 });
    expect(socket.said.at(-1)).toEqual({ type: 'ended', reason: 'ended-elsewhere' });
    expect(test.sink.sessions[0]?.said).toContain('deleteStream');
  });
});
