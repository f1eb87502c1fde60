import { STREAM_LIMITS } from '#domain/stream-limits';
import type { Media } from '#wire';
import { describe, expect, test } from 'vitest';
import { LIMITS } from '../limits.ts';
import { CLIENT_LIMITS, type ClientLimits } from './limits.ts';
import { createTime } from './time.testing.ts';
import { createRing } from './ring.ts';
import type { UrlAnswer } from './dial.ts';
import { createUplink, type UplinkEvent } from './uplink.ts';
import { createFakeWorker } from './worker.testing.ts';

const MEDIA: Media = {
  container: 'matroska',
  videoCodec: 'avc1.4d401f',
  audioCodec: 'mp4a.40.2',
  width: 1280,
  height: 720,
  frameRate: 30,
  videoKbps: 2_500,
  audioKbps: 128,
};
const INIT = 4;
const GOP = 20;
const GOP_MS = 2_000;
/** Of a reconnect window. */
const MUX_MOST_SECONDS = 1_800;

const set = (
  options: { limits?: Partial<ClientLimits>; worker?: { windowBytes?: number; frameBytes?: number } } = {},
) => {
  const time = createTime();
  const { worker, openSocket } = createFakeWorker(options.worker);
  const limits = { ...CLIENT_LIMITS, ...options.limits };
  const ring = createRing({ maxBytes: limits.ringBytes });
  const events: UplinkEvent[] = [];
  let urls = 0;
  let answer: UrlAnswer | Error | undefined;
  const uplink = createUplink({
    ring,
    media: MEDIA,
    limits,
    openSocket,
    clock: time.clock,
    after: time.after,
    random: () => 0.5,
    getUrl: async () => {
      if (answer instanceof Error) throw answer;
      return answer ?? { given: true, url: `wss://ingest/stream/live/key-${++urls}` };
    },
    on: (event) => events.push(event),
  });
  let groups = 0;
  /** Adds a group of pictures; the first brings the init with it. */
  const record = () => {
    if (groups === 0) ring.append(numbered(0, INIT), time.clock());
    const at = INIT + groups * GOP;
    ring.append(numbered(at, GOP), time.clock());
    if (groups === 0) ring.setInit(INIT);
    ring.mark(at);
    groups += 1;
    uplink.appended();
  };
  /** Adds bytes to the newest group. */
  const append = (bytes: number) => {
    ring.append(numbered(INIT + groups * GOP, bytes), time.clock());
    groups += bytes / GOP;
    uplink.appended();
  };
  const types = () => events.map(({ type }) => type);
  const go = async () => {
    uplink.start();
    await time.pass(10);
    record();
    await time.pass(10);
  };
  return {
    time,
    worker,
    ring,
    uplink,
    events,
    types,
    record,
    append,
    go,
    urls: () => urls,
    answerWith: (next: UrlAnswer | Error | undefined) => {
      answer = next;
    },
    recorded: () => numbered(0, INIT + groups * GOP),
  };
};
const numbered = (from: number, length: number) => Uint8Array.from({ length }, (_, i) => (from + i) % 251);

describe('a feed', () => {
  test('says hello, sends init and media, and hears that it is on the air', async () => {
    const { worker, go, types, recorded } = set();
    await go();
    expect(worker.latest().said).toEqual([{ type: 'hello', version: 1, media: MEDIA }]);
    expect(worker.bytes).toEqual([...recorded()]);
    worker.health('live');
    await Promise.resolve();
    expect(types()).toEqual(['connected', 'health', 'on-air']);
  });

  test('frees what is committed and no more', async () => {
    const { worker, go, ring, record, time } = set();
    await go();
    record();
    worker.commit(INIT + GOP);
    await time.settle();
    expect([ring.from, ring.to]).toEqual([INIT + GOP, INIT + 2 * GOP]);
  });

  test('stops after its last byte, and finishes whole', async () => {
    const { worker, go, uplink, time, events, record, recorded } = set();
    await go();
    record();
    uplink.stop();
    await time.settle();
    expect(worker.latest().said.at(-1)).toEqual({ type: 'stop', at: recorded().byteLength });
    expect(events.at(-1)).toEqual({ type: 'finished', whole: true });
    expect(time.pending()).toBe(0);
  });

  test('is not whole where the worker says that some of it has not arrived', async () => {
    const { worker, go, events, time } = set();
    await go();
    worker.latest().say({ type: 'ended', reason: 'finished', unacknowledgedMs: 4_000 });
    await time.settle();
    expect(events.at(-1)).toEqual({ type: 'finished', whole: false, unconfirmedMs: 4_000 });
  });

  test('knows a stream that others have ended from the worker’s last word, whatever becomes of the close', async () => {
    const { worker, go, events, time } = set();
    await go();
    worker.latest().say({ type: 'ended', reason: 'ended-elsewhere', unacknowledgedMs: 4_000 });
    worker.latest().close(1006);
    await time.settle();
    expect(events.at(-1)).toEqual({ type: 'failed', because: 'ended-elsewhere', unconfirmedMs: 4_000 });
    expect(worker.peers.length).toBe(1);
    expect(time.pending()).toBe(0);
  });

  test('has finished where End was pressed here and elsewhere at once', async () => {
    const { worker, go, uplink, events, time, record } = set();
    await go();
    record();
    uplink.stop();
    worker.latest().say({ type: 'ended', reason: 'ended-elsewhere' });
    await time.settle();
    expect(events.filter(({ type }) => type === 'finished' || type === 'failed')).toMatchObject([{ type: 'finished' }]);
  });

  test('leaves nothing behind when it is closed', async () => {
    const { go, uplink, worker, time } = set();
    await go();
    uplink.close();
    expect(time.pending()).toBe(0);
    expect(worker.peers.some(({ open }) => open)).toBe(false);
  });
});

describe('flow', () => {
  test('never has more on its way than the window', async () => {
    const { worker, go, record, time } = set({ worker: { windowBytes: 30 } });
    worker.acknowledges = false;
    await go();
    record();
    record();
    await time.settle();
    expect(worker.next).toBe(30);
    worker.acknowledge();
    await time.settle();
    expect(worker.next).toBe(60);
  });

  test('no frame is larger than the worker takes', async () => {
    const { worker, go, recorded } = set({ worker: { frameBytes: 7 } });
    await go();
    expect(worker.bytes).toEqual([...recorded()]);
  });

  test('stops feeding a socket above the high mark and goes on below the low one', async () => {
    const { worker, go, record, time, recorded } = set();
    await go();
    const peer = worker.latest();
    peer.buffered = CLIENT_LIMITS.bufferedHighBytes + 1;
    record();
    await time.pass(500);
    expect(worker.next).toBe(INIT + GOP);
    peer.buffered = CLIENT_LIMITS.bufferedLowBytes + 1;
    await time.pass(500);
    expect(worker.next).toBe(INIT + GOP);
    peer.buffered = CLIENT_LIMITS.bufferedLowBytes - 1;
    await time.pass(CLIENT_LIMITS.bufferedPollMs);
    expect(worker.bytes).toEqual([...recorded()]);
  });

  test('a nack is answered from the byte that is missing', async () => {
    const { worker, go, record, time, recorded } = set();
    await go();
    record();
    await time.settle();
    worker.latest().say({ type: 'nack', expected: 5 });
    await time.settle();
    expect(worker.bytes).toEqual([...recorded()]);
  });
});

describe('reconnecting', () => {
  test('comes back at once with a fresh key, and nothing is missing or doubled', async () => {
    const { worker, go, record, time, types, recorded, urls } = set();
    await go();
    worker.takesSockets = false;
    worker.latest().close(1006);
    await time.settle();
    record();
    record();
    worker.takesSockets = true;
    await time.pass(400);
    expect(worker.bytes).toEqual([...recorded()]);
    expect(worker.latest().said[0]).toMatchObject({ type: 'resume', resumeToken: 'str_1.token', haveFrom: INIT });
    expect(types()).toEqual(['connected', 'lost', 'restored']);
    expect(urls()).toBe(worker.peers.length);
    expect(new Set(worker.peers.map(({ url }) => url)).size).toBe(worker.peers.length);
  });

  test('dials after 0, 0.3 and 1.2 s, every 2.5 s for half a minute, and then every 7 s', async () => {
    const { worker, go, time } = set();
    await go();
    worker.takesSockets = false;
    worker.latest().close(1006);
    const began = time.clock();
    const at: number[] = [];
    const seen = () => worker.peers.length;
    let dialled = seen();
    for (let ms = 0; ms <= 41_000; ms += 100) {
      await time.pass(ms === 0 ? 0 : 100);
      if (seen() > dialled) at.push(time.clock() - began);
      dialled = seen();
    }
    expect(at).toEqual([0, 300, ...Array.from({ length: 11 }, (_, nth) => 1_500 + nth * 2_500), 33_500, 40_500]);
  });

  test('the browser’s word that the network is back ends the waiting', async () => {
    const { worker, go, time, uplink, types } = set();
    await go();
    worker.takesSockets = false;
    worker.latest().close(1006);
    await time.pass(17_000);
    worker.takesSockets = true;
    uplink.nudge(0);
    await time.pass(0);
    expect(types().at(-1)).toBe('restored');
  });

  test.each([
    ['the show’s first', 'first'],
    ['one after a loss', 'lost'],
    ['one that moves to another worker', 'moving'],
  ])(
    '[W21] a dial that is not answered is made anew when the network is back or the machine wakes: %s',
    async (_, which) => {
      const { worker, go, time, uplink, types } = set();
      if (which === 'first') worker.silent = true;
      await go();
      worker.silent = true;
      if (which === 'lost') worker.latest().close(1006);
      if (which === 'moving') worker.latest().say({ type: 'migrate', afterMs: 0 });
      await time.pass(10);
      const hanging = worker.latest();
      worker.silent = false;
      uplink.nudge(0);
      await time.pass(0);
      expect([hanging.open, worker.latest() === hanging]).toEqual([false, false]);
      expect(types().at(-1)).toBe(which === 'lost' ? 'restored' : 'connected');
      expect(worker.peers.filter(({ open }) => open)).toEqual([worker.latest()]);
    },
  );

  test('a worker that never answers a dial is given up after `dialMs`', async () => {
    const { worker, uplink, time } = set();
    worker.silent = true;
    uplink.start();
    await time.pass(CLIENT_LIMITS.dialMs - 1);
    expect(worker.peers.map(({ open }) => open)).toEqual([true]);
    await time.pass(1);
    expect(worker.peers.map(({ open }) => open)).toEqual([false, true]);
  });

  test('another worker gets init first and then everything since the last commit', async () => {
    const { worker, go, record, time, recorded, ring } = set();
    await go();
    record();
    worker.commit(INIT + GOP);
    record();
    await time.settle();
    worker.restart();
    worker.latest().close(1006);
    await time.pass(10);
    expect(worker.bytes).toEqual([...recorded()]);
    expect(ring.from).toBe(INIT + GOP);
  });

  test('where the session is gone, what is held goes on as a feed of its own', async () => {
    const { worker, go, record, time, events, recorded } = set();
    await go();
    record();
    worker.commit(INIT + GOP);
    await time.settle();
    worker.resumes = false;
    worker.latest().close(1006);
    await time.pass(10);
    record();
    await time.pass(400);
    const all = recorded();
    expect(worker.latest().said[0]).toMatchObject({ type: 'hello' });
    expect(worker.bytes).toEqual([...all.subarray(0, INIT), ...all.subarray(INIT + GOP)]);
    expect(events.at(-1)).toEqual({ type: 'restored' });
  });

  test('moves on request without an outage, while the old socket goes on', async () => {
    const { worker, go, record, time, types, recorded } = set();
    await go();
    const [old] = worker.peers;
    worker.latest().say({ type: 'migrate', afterMs: 500 });
    await time.pass(499);
    record();
    await time.settle();
    expect(worker.peers.length).toBe(1);
    await time.pass(1);
    expect(worker.peers.length).toBe(2);
    record();
    await time.settle();
    expect(worker.bytes).toEqual([...recorded()]);
    expect(old?.open).toBe(false);
    expect(types()).toEqual(['connected']);
  });

  test('a close that a draining worker makes is followed to another one', async () => {
    const { worker, go, record, time, types, recorded } = set();
    await go();
    worker.latest().close('migrate');
    await time.pass(10);
    record();
    await time.settle();
    expect(types()).toEqual(['connected', 'lost', 'restored']);
    expect(worker.bytes).toEqual([...recorded()]);
  });
});

describe('a connection that is dead and does not say so', () => {
  test('is passed by with a second socket after 3 s without progress', async () => {
    const { worker, go, record, time, types, recorded } = set();
    await go();
    const [first] = worker.peers;
    if (!first) throw new Error('nobody has dialled');
    first.dead = true;
    record();
    await time.pass(CLIENT_LIMITS.stallMs - CLIENT_LIMITS.stallPollMs);
    expect(worker.peers.length).toBe(1);
    await time.pass(2 * CLIENT_LIMITS.stallPollMs);
    expect(worker.peers.length).toBe(2);
    expect(first.open).toBe(false);
    expect(worker.bytes).toEqual([...recorded()]);
    expect(types()).toEqual(['connected', 'lost', 'restored']);
  });

  test('is kept until another one is there', async () => {
    const { worker, go, record, time, types } = set();
    await go();
    const [first] = worker.peers;
    if (!first) throw new Error('nobody has dialled');
    first.dead = true;
    worker.takesSockets = false;
    record();
    await time.pass(5_000);
    expect(first.open).toBe(true);
    first.dead = false;
    first.buffered = 0;
    first.say({ type: 'received', offset: INIT + 2 * GOP });
    await time.pass(1_000);
    expect(types()).toEqual(['connected', 'lost', 'restored']);
  });

  test('is known for what it is though the system goes on taking bytes for it', async () => {
    const { worker, go, record, time, types } = set();
    await go();
    const [first] = worker.peers;
    if (!first) throw new Error('nobody has dialled');
    first.dead = true;
    worker.takesSockets = false;
    record();
    for (let polls = 0; polls < 28; polls++) {
      first.buffered = polls % 2 === 0 ? 1_000 : 0;
      await time.pass(CLIENT_LIMITS.stallPollMs);
    }
    expect(types().at(-1)).toBe('lost');
  });

  test('[W21] is known for what it is by silence alone, though nothing is on its way', async () => {
    const { worker, go, record, time, types, recorded } = set();
    await go();
    const [first] = worker.peers;
    if (!first) throw new Error('nobody has dialled');
    first.dead = true;
    await time.pass(CLIENT_LIMITS.unheardMs + CLIENT_LIMITS.stallPollMs);
    expect(types()).toEqual(['connected', 'lost', 'restored']);
    expect([first.open, worker.peers.length]).toEqual([false, 2]);
    record();
    await time.settle();
    expect(worker.bytes).toEqual([...recorded()]);
  });

  test('[W21] is so, too, where it does not speak soon after a standstill, and is left alone where it does', async () => {
    const { worker, go, time, types, uplink } = set();
    await go();
    const [first] = worker.peers;
    if (!first) throw new Error('nobody has dialled');
    time.standStill(4_000);
    uplink.nudge(4_000);
    await time.pass(CLIENT_LIMITS.doubtMs - CLIENT_LIMITS.stallPollMs);
    worker.health('live');
    await time.pass(CLIENT_LIMITS.doubtMs);
    expect([types().includes('lost'), worker.peers.length]).toEqual([false, 1]);
    first.dead = true;
    uplink.nudge(0);
    await time.pass(CLIENT_LIMITS.doubtMs + CLIENT_LIMITS.stallPollMs);
    expect(types().slice(-2)).toEqual(['lost', 'restored']);
  });

  test('[W21] is not waited for at all after a long standstill', async () => {
    const { worker, go, time, types, uplink } = set();
    await go();
    const [first] = worker.peers;
    if (!first) throw new Error('nobody has dialled');
    first.dead = true;
    time.standStill(70_000);
    uplink.nudge(70_000);
    await time.pass(CLIENT_LIMITS.stallPollMs);
    expect(types()).toEqual(['connected', 'lost', 'restored']);
  });

  test('a worker that talks and only takes no more is not taken for dead', async () => {
    const { worker, go, record, time, types } = set({ worker: { windowBytes: INIT + GOP + 5 } });
    worker.acknowledges = false;
    await go();
    record();
    for (let i = 0; i < 10; i++) {
      await time.pass(1_000);
      worker.health('live');
    }
    expect(worker.peers.length).toBe(1);
    expect(types()).not.toContain('lost');
  });

  test('nor is one whose own upstream is slow', async () => {
    const { worker, go, record, time } = set();
    worker.acknowledges = false;
    await go();
    record();
    for (let i = 0; i < 10; i++) {
      worker.health('live', 'upstream-slow');
      await time.pass(1_000);
    }
    expect(worker.peers.length).toBe(1);
  });
});

describe('a ring that is full', () => {
  const ringBytes = 4 * GOP;

  test('drops the oldest whole groups while the connection is down, and tells worker and creator', async () => {
    const { worker, go, record, time, events, recorded } = set({ limits: { ringBytes } });
    await go();
    worker.takesSockets = false;
    worker.latest().close(1006);
    for (let i = 0; i < 6; i++) {
      await time.pass(GOP_MS);
      record();
    }
    worker.takesSockets = true;
    await time.pass(7_500);
    const kept = INIT + 3 * GOP;
    expect(worker.skips).toEqual([{ at: INIT + GOP, to: kept }]);
    const all = recorded();
    expect(worker.bytes).toEqual([...all.subarray(0, INIT + GOP), ...all.subarray(kept)]);
    const skipped = events.flatMap((event) => (event.type === 'skipped' ? [event.ms] : []));
    expect(skipped.reduce((sum, ms) => sum + ms, 0)).toBe(2 * GOP_MS);
  });

  test('costs nothing where the worker has long received what is dropped', async () => {
    const { worker, go, record, time, types } = set({ limits: { ringBytes } });
    await go();
    for (let i = 0; i < 6; i++) {
      await time.pass(GOP_MS);
      record();
    }
    expect(types()).not.toContain('skipped');
    expect(worker.skips).toEqual([]);
  });

  test('begins again with the next group where one alone is too large, and says how long it was', async () => {
    const { worker, go, record, append, time, events } = set({ limits: { ringBytes } });
    await go();
    worker.takesSockets = false;
    worker.latest().close(1006);
    for (let i = 0; i < 10; i++) {
      await time.pass(GOP_MS);
      append(GOP);
    }
    await time.pass(GOP_MS);
    record();
    worker.takesSockets = true;
    await time.pass(7_500);
    expect(worker.skips).toEqual([{ at: INIT + GOP, to: INIT + 11 * GOP }]);
    const skipped = events.flatMap((event) => (event.type === 'skipped' ? [event.ms] : []));
    expect(skipped.reduce((sum, ms) => sum + ms, 0)).toBeCloseTo(10 * GOP_MS, -3);
  });

  test('ends with what it has sent, where the group that comes last is too large', async () => {
    const { worker, go, append, time, uplink, events } = set({ limits: { ringBytes } });
    await go();
    worker.takesSockets = false;
    worker.latest().close(1006);
    append(5 * GOP);
    await time.pass(GOP_MS);
    append(GOP);
    worker.takesSockets = true;
    await time.pass(7_500);
    uplink.stop();
    await time.pass(100);
    expect(events.slice(-2)).toEqual([
      { type: 'skipped', ms: expect.any(Number) },
      { type: 'finished', whole: false },
    ]);
  });

  test('skips what is not sent yet where the connection is up and too slow', async () => {
    const { worker, go, record, time, types } = set({ limits: { ringBytes }, worker: { windowBytes: INIT + GOP } });
    worker.acknowledges = false;
    await go();
    for (let i = 0; i < 5; i++) {
      await time.pass(GOP_MS - 10);
      worker.health('live');
      await time.pass(10);
      record();
    }
    expect(types()).toContain('skipped');
    worker.acknowledge();
    await time.settle();
    expect(worker.skips[0]).toMatchObject({ at: INIT + GOP });
  });
});

describe('giving up', () => {
  test.each([
    'replaced',
    'unsupported-media',
    'upstream-refused',
    'encoder-failed',
    'show-too-long',
    'too-fast',
  ] as const)('a close for `%s` is final', async (reason) => {
    const { worker, go, time, events } = set();
    await go();
    worker.latest().close(reason);
    await time.pass(60_000);
    expect(events.at(-1)).toEqual({ type: 'failed', because: reason });
    expect(worker.peers.length).toBe(1);
    expect(time.pending()).toBe(0);
  });

  test('a message too large for the worker’s library is final as well', async () => {
    const { worker, go, time, events } = set();
    await go();
    worker.latest().close(1009);
    await time.settle();
    expect(events.at(-1)).toEqual({ type: 'failed', because: 'frame-too-large' });
  });

  test('a refused key is tried with fresh ones, three in a row', async () => {
    const { worker, uplink, time, events } = set();
    worker.refusesKeys = true;
    uplink.start();
    await time.pass(30_000);
    expect(events).toEqual([{ type: 'failed', because: 'key-refused' }]);
    expect(new Set(worker.peers.map(({ url }) => url)).size).toBe(CLIENT_LIMITS.keyRefusals);
  });

  test('a stream that has ended, or is not ours, is not dialled again', async () => {
    for (const [because, failure] of [
      ['ended', 'ended-elsewhere'],
      ['not-allowed', 'not-allowed'],
      ['signed-out', 'signed-out'],
    ] as const) {
      const { worker, go, time, events, answerWith } = set();
      await go();
      answerWith({ given: false, because });
      worker.latest().close(1006);
      await time.pass(0);
      expect(events.at(-1)).toEqual({ type: 'failed', because: failure });
      expect(worker.peers.length).toBe(1);
    }
  });

  test.each([
    ['away', { given: false, because: 'unreachable' } as const],
    ['broken', new Error('what was asked for has failed')],
  ])('while the control plane is %s it goes on trying', async (_, answer) => {
    const { worker, go, time, answerWith, types } = set();
    await go();
    answerWith(answer);
    worker.latest().close(1006);
    await time.pass(20_000);
    answerWith(undefined);
    await time.pass(7_000);
    expect(types().at(-1)).toBe('restored');
  });

  test('a show that never began is given up after its first attempts', async () => {
    const { worker, uplink, time, events } = set();
    worker.takesSockets = false;
    uplink.start();
    await time.pass(120_000);
    expect(events).toEqual([{ type: 'failed', because: 'cannot-connect' }]);
    expect(worker.peers.length).toBe(CLIENT_LIMITS.firstAttempts + 1);
  });

  test('a show that never began is given up before long, though no attempt is answered', async () => {
    const { worker, uplink, time, events } = set();
    worker.silent = true;
    uplink.start();
    await time.pass(CLIENT_LIMITS.firstMs + 2 * CLIENT_LIMITS.dialMs);
    expect(events).toEqual([{ type: 'failed', because: 'cannot-connect' }]);
  });

  test('a show that never began because there was no room says so, and not that there is no connection', async () => {
    const { worker, uplink, time, events } = set();
    worker.isFull = true;
    uplink.start();
    await time.pass(120_000);
    expect(events).toEqual([{ type: 'failed', because: 'overloaded' }]);
    expect(worker.peers.length).toBe(CLIENT_LIMITS.firstAttempts + 1);
  });

  test('a show on the air is given up after `giveUpMs`, and not before', async () => {
    const { worker, go, time, types, events } = set();
    await go();
    worker.takesSockets = false;
    worker.latest().close(1006);
    await time.pass(CLIENT_LIMITS.giveUpMs - 10_000);
    expect(types().at(-1)).toBe('lost');
    await time.pass(30_000);
    expect(events.at(-1)).toEqual({ type: 'failed', because: 'lost-too-long' });
  });

  test('a show that comes back just before that goes on in the same recording', () => {
    const { giveUpMs, stallMs, dialMs } = CLIENT_LIMITS;
    const { reconnectWindowSeconds } = STREAM_LIMITS;
    // Mux may count from the drop itself, which the client sees `stallMs` later; its last attempt may take all its time.
    for (const seconds of Object.values(reconnectWindowSeconds)) {
      expect(seconds * 1_000).toBeGreaterThan(stallMs + giveUpMs + dialMs + LIMITS.leaseFenceMs);
      expect(seconds).toBeLessThanOrEqual(MUX_MOST_SECONDS);
    }
  });

  test('an end that cannot be sent is over after `endMs`, and says that it is not whole', async () => {
    const { worker, go, uplink, record, time, events } = set();
    await go();
    worker.takesSockets = false;
    worker.latest().close(1006);
    record();
    uplink.stop();
    await time.pass(CLIENT_LIMITS.endMs);
    expect(events.at(-1)).toEqual({ type: 'finished', whole: false, unconfirmedMs: 10 });
    expect(time.pending()).toBe(0);
  });
});

test('nonsense from the other side is no reason to fall', async () => {
  const { worker, go, time, record, recorded } = set();
  await go();
  for (const nonsense of [{ type: 'mystery' }, { type: 'nack' }, null, 7]) worker.latest().say(nonsense as never);
  record();
  await time.settle();
  expect(worker.bytes).toEqual([...recorded()]);
});
