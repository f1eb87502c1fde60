import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CloseReason, ServerMessage } from '#wire';
import { LIMITS, LOAD_UNITS } from '../limits.ts';
import { createLog } from '../log.ts';
import type { Encoder, EncoderEvent } from '../media/encoder.ts';
import type { FlvTag } from '../media/flv-tag.ts';
import { cluster, element, init, simpleBlock, track } from '../media/matroska.testing.ts';
import type { Client } from './client.ts';
import type { Publisher, PublisherOptions } from './publisher.ts';
import { runSession, type RunningSession } from './run-session.ts';
import { STREAM } from './store.testing.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const MEDIA = {
  container: 'webm',
  videoCodec: 'vp8',
  audioCodec: 'opus',
  width: 320,
  height: 180,
  frameRate: 30,
  videoKbps: 2_500,
  audioKbps: 128,
} as const;

const INIT = init();
/** One GOP of two seconds in about `bytes`. */
const gop = (index: number, bytes = 1_000): Buffer =>
  cluster(
    index * 2_000,
    simpleBlock({ key: true, bytes }),
    simpleBlock({ of: 'audio', at: 10 }),
    simpleBlock({ at: 1_900 }),
  );

type FakeEncoder = Encoder & {
  written: number;
  ended: boolean;
  held: boolean;
  args: string[];
  nice: number;
  say(event: EncoderEvent): void;
};
type FakeClient = Client & {
  epoch: number;
  /** Number of the next byte. */
  sent: number;
  said: ServerMessage[];
  closed: CloseReason | undefined;
  held: boolean;
};

/** A session among fakes of fields: time, encoder, upstream, client and table are the test's. */
const running = ({ plain = false, full = false, barredMs = 0, resumed = false, unitsFree = Infinity } = {}) => {
  const released: string[] = [];
  let renewals = 0;
  const states: string[] = [];
  const encoders: FakeEncoder[] = [];
  const publishers: { options: PublisherOptions; sent: FlvTag[]; alive: boolean }[] = [];
  /** How a publisher's connection begins and ends, and whether the table takes back a lease. */
  const conduct: {
    answer: Awaited<ReturnType<Publisher['connect']>>;
    parting: Awaited<ReturnType<Publisher['close']>>;
    releasing: Promise<void>;
  } = {
    answer: { connected: true },
    parting: { flushed: true },
    releasing: Promise.resolve(),
  };
  const lines: string[] = [];
  /** Units of load that the session has asked for, one after the other. */
  const asked: { units: number[] } = { units: [] };
  const told = { droppedFrames: 0, commitDelayMs: 0, lostMs: 0 };
  let room = !full;
  const session: RunningSession = runSession(
    {
      store: {
        renew: async ({ state }) => {
          renewals++;
          states.push(state);
          return { held: true, endRequested: false };
        },
        renewDrain: async () => true,
        endDrain: async () => void released.push('the drain'),
        release: async (release) => {
          await conduct.releasing;
          released.push(release.because);
        },
      },
      clock: () => Date.now(),
      leaseClock: () => Date.now(),
      log: createLog({ level: 'debug', write: (line) => void lines.push(line) }),
      upstream: { url: 'rtmp://nowhere/app' },
      metrics: {
        restarts: () => undefined,
        resumes: () => undefined,
        reconnects: () => undefined,
        skips: () => undefined,
        droppedFrames: (count) => void (told.droppedFrames += count),
        ended: () => undefined,
        weakAcknowledgements: () => undefined,
        receivedBytes: () => undefined,
        commitDelayMs: (ms) => void (told.commitDelayMs = ms),
        lostMs: (ms) => void (told.lostMs += ms),
        slow: () => undefined,
      },
      startRepackager: undefined,
      startEncoder: ({ args, nice, onEvent }) => {
        const encoder: FakeEncoder = {
          pid: 1,
          args,
          nice,
          written: 0,
          ended: false,
          held: false,
          write: ({ byteLength }) => {
            encoder.written += byteLength;
            return true;
          },
          end: () => {
            encoder.ended = true;
          },
          pause: () => {
            encoder.held = true;
          },
          resume: () => {
            encoder.held = false;
          },
          kill: () => undefined,
          say: onEvent,
        };
        encoders.push(encoder);
        return encoder;
      },
      createPublisher: (options): Publisher => {
        const made = { options, sent: [] as FlvTag[], alive: true };
        publishers.push(made);
        return {
          connect: async () => conduct.answer,
          send: (tag) => {
            made.sent.push(tag);
            return room;
          },
          close: async () => conduct.parting,
          abandon: () => {
            made.alive = false;
          },
          stats: () => ({ sentBytes: 0, queuedBytes: 0, acknowledgedBytes: 0, rule: 'acknowledged', late: false }),
        };
      },
    },
    {
      streamId: STREAM,
      sessionId: 'session',
      fence: 1,
      muxStreamKey: 'key',
      resumeToken: 'token',
      resumed,
      committed: 0,
      mediaClock: undefined,
      barredMs,
      replaces: false,
      media: plain ? undefined : MEDIA,
      reserve: (units) => {
        asked.units.push(units);
        return units <= unitsFree;
      },
    },
  );
  const client: FakeClient = {
    mode: plain ? 'plain' : 'v1',
    epoch: 1,
    sent: 0,
    said: [],
    closed: undefined,
    held: false,
    say: (message) => void client.said.push(message),
    close: (reason) => {
      client.closed ??= reason;
    },
    hold: (held) => {
      client.held = held;
    },
  };
  session.attach(client);
  const feed = (bytes: Buffer, by = client): void => {
    if (plain) session.chunk(by, bytes);
    else session.frame(by, { init: false, epoch: by.epoch, offset: client.sent, payload: bytes });
    client.sent += bytes.byteLength;
  };
  /** The encoder makes of GOP `index` what there is to make of it: three tags, each of `bytes` bytes. */
  const encode = (index: number, bytes = 10): void => {
    const ms = index * 2_000 + 100;
    const tag = (kind: 'video' | 'audio', timestampMs: number, key = false): FlvTag => ({
      kind,
      timestampMs,
      key,
      header: false,
      body: Buffer.alloc(bytes),
    });
    for (const made of [tag('video', ms, true), tag('audio', ms + 10), tag('video', ms + 1_900)])
      encoders.at(-1)?.say({ type: 'tag', tag: made });
  };
  const arrive = (tags: number): void =>
    publishers.at(-1)?.options.onEvent({ type: 'acknowledged', tags, rule: 'acknowledged' });
  const received = (): number => {
    const last = client.said.findLast((message) => message.type === 'received');
    return last?.type === 'received' ? last.offset : 0;
  };
  return {
    session,
    client,
    encoders,
    publishers,
    released,
    asked: () => renewals,
    units: asked.units,
    /** What the lease was last told of the client. */
    toldState: () => states.at(-1),
    conduct,
    lines,
    told,
    feed,
    encode,
    arrive,
    received,
    drain: () => {
      room = true;
      publishers.at(-1)?.options.onEvent({ type: 'drained' });
    },
  };
};

const MB = 1024 * 1024;
/** A GOP of a second at 8 Mb/s, how many of them the ring takes, and with how many more its window is surely shut. */
const LARGE_GOP_BYTES = 1_000_000;
const FILL_THE_RING = Math.floor(LIMITS.ringBytes / LARGE_GOP_BYTES);
const SHUT_THE_WINDOW = FILL_THE_RING + 2;
/** What `encode` makes of a GOP. */
const TAGS_OF_A_GOP = 3;
/** Bytes that mean nothing, as any element of a cluster may. */
const filler = (bytes: number): Buffer => element(0xec, Buffer.alloc(bytes - 9));

/** A session whose client has just filled the ring, and is told of no more. */
const shut = () => {
  const made = running();
  made.feed(INIT);
  made.feed(gop(0, 2 * MB));
  made.feed(gop(1, 2 * MB));
  while (made.client.sent <= LIMITS.ringBytes) made.feed(filler(MB));
  return made;
};

const pulse = (): Promise<unknown> => vi.advanceTimersByTimeAsync(LIMITS.pulseMs);

describe('[L4] the ring', () => {
  it('is told as received up to its bounds, and no further', async () => {
    const { feed, received, encode, arrive, client } = running();
    feed(INIT);
    let sent = INIT.byteLength;
    const one = (index: number): void => {
      feed(gop(index, LARGE_GOP_BYTES));
      sent += gop(index, LARGE_GOP_BYTES).byteLength;
    };
    for (let index = 0; index < FILL_THE_RING; index++) one(index);
    await pulse();
    expect(received()).toBe(sent);
    for (let index = FILL_THE_RING; index < SHUT_THE_WINDOW; index++) one(index);
    await pulse();
    expect(received()).toBeLessThan(sent);
    expect(client.closed).toBeUndefined();
    const encoded = 4;
    for (let index = 0; index < encoded; index++) encode(index);
    arrive(encoded * TAGS_OF_A_GOP);
    await pulse();
    expect(received()).toBe(sent);
  });

  it('is bounded by bytes alone: no length of time shuts the window', async () => {
    const { feed, received } = running();
    feed(INIT);
    let sent = INIT.byteLength;
    for (const index of [0, 1, 300, 301]) {
      feed(gop(index));
      sent += gop(index).byteLength;
    }
    await pulse();
    expect(received()).toBe(sent);
  });

  it('[L3] a client that goes on although its window is shut is told so, beyond a frame too many', async () => {
    const { feed, received, client } = shut();
    const most = LIMITS.windowBytes + LIMITS.frameBytes;
    for (let beyond = client.sent - received(); beyond < most; beyond = client.sent - received())
      feed(filler(Math.min(MB, most - beyond)));
    await pulse();
    expect(client).toMatchObject({ closed: undefined, held: false });
    feed(filler(20));
    expect(client.closed).toBe('too-fast');
  });

  it('[L3] what a client left out is not on its way', async () => {
    const { feed, session, client } = shut();
    for (let times = 0; times < 4; times++) {
      session.skip(client, client.sent + 20 * MB);
      client.sent += 20 * MB;
      feed(gop(times + 1, MB));
    }
    await pulse();
    expect(client.closed).toBeUndefined();
  });

  it('[L4] a client that brings a window in each of many sockets is read no further than one of them', async () => {
    const { feed, encode, arrive, session, client } = shut();
    const most = LIMITS.ringBytes + LIMITS.windowBytes + LIMITS.frameBytes;
    const sockets = [client];
    for (let epoch = 2; client.sent < most; epoch++) {
      const next: FakeClient = { ...client, epoch, closed: undefined };
      next.hold = (held) => void (next.held = held);
      next.close = (reason) => void (next.closed ??= reason);
      session.attach(next);
      sockets.push(next);
      const until = Math.min(most, client.sent + LIMITS.windowBytes);
      while (client.sent < until) feed(filler(Math.min(MB, until - client.sent)), next);
    }
    const last = sockets.at(-1);
    expect(last).toMatchObject({ held: false });
    feed(filler(MB), last);
    expect(last).toMatchObject({ held: true, closed: undefined });
    await pulse();
    encode(0);
    encode(1);
    arrive(2 * TAGS_OF_A_GOP);
    await pulse();
    expect(last).toMatchObject({ held: false, closed: undefined });
  });

  it('[W9] a client that left media out while it was shut is told when it is open again', async () => {
    const { feed, received, encode, arrive, session, client } = running();
    feed(INIT);
    for (let index = 0; index < SHUT_THE_WINDOW; index++) feed(gop(index, LARGE_GOP_BYTES));
    await pulse();
    const beyond = 3 * LIMITS.ringBytes;
    session.skip(client, beyond);
    await pulse();
    expect(received()).toBeLessThan(beyond);
    const encoded = 6;
    for (let index = 0; index < encoded; index++) encode(index);
    arrive(encoded * TAGS_OF_A_GOP);
    await pulse();
    expect(received()).toBe(beyond);
  });

  it('a plain client is not read while it is full, and loses its show after heldBackMs', async () => {
    const { feed, client } = running({ plain: true });
    feed(INIT);
    for (let index = 0; index < FILL_THE_RING; index++) feed(gop(index, LARGE_GOP_BYTES));
    expect(client.held).toBe(false);
    for (let index = FILL_THE_RING; index < SHUT_THE_WINDOW; index++) feed(gop(index, LARGE_GOP_BYTES));
    expect(client.held).toBe(true);
    await vi.advanceTimersByTimeAsync(LIMITS.heldBackMs - LIMITS.pulseMs);
    expect(client.closed).toBeUndefined();
    await vi.advanceTimersByTimeAsync(2 * LIMITS.pulseMs);
    expect(client.closed).toBe('too-slow');
  });

  it('[E11] a GOP that never ends is let go of as it arrives', async () => {
    const { feed, received, encoders, arrive, client } = running();
    feed(INIT);
    feed(gop(0));
    await pulse();
    let sent = INIT.byteLength + gop(0).byteLength;
    const tag = (kind: 'video' | 'audio', timestampMs: number, key = false): FlvTag => ({
      kind,
      timestampMs,
      key,
      header: false,
      body: Buffer.alloc(10),
    });
    encoders[0]?.say({ type: 'tag', tag: tag('video', 100, true) });
    let tags = 1;
    for (let second = 2; second < 200; second++) {
      const more = cluster(second * 1_000, simpleBlock({ bytes: 300_000 }), simpleBlock({ of: 'audio' }));
      feed(more);
      sent += more.byteLength;
      encoders[0]?.say({ type: 'tag', tag: tag('video', second * 1_000 + 100) });
      encoders[0]?.say({ type: 'tag', tag: tag('audio', second * 1_000 + 100) });
      tags += 2;
      arrive(tags);
      await vi.advanceTimersByTimeAsync(1_000);
    }
    expect(client.closed).toBeUndefined();
    expect(received()).toBe(sent);
    expect(encoders).toHaveLength(1);
  });
});

describe('[L6] a picture that becomes larger', () => {
  /** A key frame of VP8 says its size (RFC 6386, 9.1); the rest of it is nothing. */
  const keyFrame = (width: number, height: number, at: number): Buffer => {
    const picture = Buffer.alloc(100);
    picture.set([0x10, 0, 0, 0x9d, 0x01, 0x2a]);
    picture.writeUInt16LE(width, 6);
    picture.writeUInt16LE(height, 8);
    return cluster(at, element(0xa3, Buffer.from([0x81, 0, 0, 0x80]), picture), simpleBlock({ of: 'audio', at: 10 }));
  };
  const SMALL = keyFrame(320, 180, 0);
  const LARGE = keyFrame(3_840, 2_160, 2_000);
  /** More than one of 1080p, and less than one of 2160p. */
  const UNITS = 2 * LOAD_UNITS.transcode;

  it('is given its room once, where there is some', async () => {
    const { feed, client, units, encoders } = running();
    feed(INIT);
    feed(SMALL);
    feed(LARGE);
    feed(keyFrame(3_840, 2_160, 4_000));
    feed(keyFrame(320, 180, 6_000));
    await pulse();
    expect(client.closed).toBeUndefined();
    const [first = 0, second = 0] = units;
    expect(units).toHaveLength(2);
    expect([first, second > first]).toEqual([LOAD_UNITS.transcode, true]);
    expect(encoders).toHaveLength(1);
  });

  it('ends the feed where there is none, and no byte of it comes to the encoder', async () => {
    const { feed, client, encoders } = running({ unitsFree: UNITS });
    feed(INIT);
    feed(SMALL);
    await pulse();
    const written = encoders[0]?.written ?? 0;
    feed(LARGE);
    await pulse();
    expect(client.closed).toBe('overloaded');
    // what stands before the picture may come: its cluster, and the head of its block
    expect(encoders[0]?.written).toBeLessThanOrEqual(written + LARGE.indexOf(Buffer.from([0x10, 0, 0, 0x9d])));
  });
});

describe('[L5] a slow upstream', () => {
  it('holds the encoder, and lets it go again', async () => {
    const { feed, encoders, encode, drain, arrive } = running({ full: true });
    feed(INIT);
    feed(gop(0));
    await pulse();
    const gops = 32;
    const tagBytes = Math.ceil(LIMITS.tagBytes / gops / TAGS_OF_A_GOP) + 1;
    for (let index = 0; index < gops; index++) encode(index, tagBytes);
    expect(encoders[0]?.held).toBe(true);
    drain();
    arrive(gops * TAGS_OF_A_GOP);
    expect(encoders[0]?.held).toBe(false);
  });
});

describe('the client', () => {
  it.each([
    ['a plain one by plainKbps', true, LIMITS.plainKbps],
    ['another by what it has announced', false, MEDIA.videoKbps + MEDIA.audioKbps],
  ])('[L8] loses its show beyond its rate: %s', async (_, plain, kbps) => {
    const { feed, client } = running({ plain });
    // Empty messages cost their share, and fill nothing.
    const spend = (bytes: number): void => {
      for (let spent = 0; spent < bytes; spent += LIMITS.messageCostBytes) feed(Buffer.alloc(0));
    };
    spend(LIMITS.rateBurstBytes);
    await vi.advanceTimersByTimeAsync(1_000);
    const second = (kbps * LIMITS.rateFactor * 1_000) / 8;
    spend(second - LIMITS.messageCostBytes);
    expect(client.closed).toBeUndefined();
    spend(2 * LIMITS.messageCostBytes);
    expect(client.closed).toBe('too-fast');
  });

  it('[L8] loses its show where it sends elements without end, each of which costs elementCostBytes', () => {
    const { feed, client } = running();
    feed(INIT);
    feed(gop(0));
    const void2 = Buffer.from('ec80', 'hex');
    const affordable = Math.floor((LIMITS.rateBurstBytes - MB) / LIMITS.elementCostBytes);
    const many = (count: number): void => feed(Buffer.alloc(count * void2.byteLength, void2));
    for (let sent = 0; sent < affordable; sent += 1_000) many(1_000);
    expect(client.closed).toBeUndefined();
    many((2 * MB) / LIMITS.elementCostBytes);
    expect(client.closed).toBe('too-fast');
  });

  it('[L10] may have a clock that is ahead of time by clockLeadMs, and not by more', async () => {
    const { feed, client } = running();
    feed(INIT);
    const leadGops = LIMITS.clockLeadMs / 2_000;
    for (let index = 10; index < 10 + leadGops; index++) feed(gop(index));
    expect(client.closed).toBeUndefined();
    await vi.advanceTimersByTimeAsync(4_000);
    feed(gop(10 + leadGops));
    expect(client.closed).toBeUndefined();
    for (let index = 11; index < 13; index++) feed(gop(index + leadGops));
    expect(client.closed).toBe('unsupported-media');
  });

  it('[L12] has firstKeyFrameBytes for its first key frame', () => {
    const { feed, client } = running();
    feed(INIT);
    const open = cluster(0, simpleBlock({ of: 'audio' }));
    feed(open);
    feed(filler(LIMITS.firstKeyFrameBytes - INIT.byteLength - open.byteLength));
    expect(client.closed).toBeUndefined();
    feed(filler(20));
    expect(client.closed).toBe('unsupported-media');
  });

  it.each([
    ['nothing', [], 'idle'],
    ['half a header', [INIT.subarray(0, 40)], 'unsupported-media'],
    ['init and no picture', [INIT, cluster(0, simpleBlock({ of: 'audio' }))], 'unsupported-media'],
  ] as const)('[L12] one that sends %s for firstPictureMs', async (_, pieces, reason) => {
    const { feed, client } = running();
    for (const piece of pieces) feed(piece);
    await vi.advanceTimersByTimeAsync(LIMITS.firstPictureMs);
    expect(client.closed).toBeUndefined();
    await pulse();
    expect(client.closed).toBe(reason);
  });

  it('[S8] one that is there and sends nothing ends the feed as idle', async () => {
    const { feed, client, encoders, session, released } = running();
    feed(INIT);
    feed(gop(0));
    await vi.advanceTimersByTimeAsync(LIMITS.awayMs);
    expect(client.closed).toBeUndefined();
    await pulse();
    expect(client.closed).toBe('idle');
    encoders[0]?.say({ type: 'exited', clean: true, detail: '' });
    await pulse();
    expect(await session.over).toBe('idle');
    expect(released).toEqual(['idle']);
  });

  it('[S15] one that falls silent is away to all who watch within silentMs, and back with its first byte', async () => {
    const { feed, toldState } = running();
    feed(INIT);
    feed(gop(0));
    await pulse();
    expect(toldState()).toBe('live');
    await vi.advanceTimersByTimeAsync(LIMITS.silentMs - LIMITS.pulseMs);
    expect(toldState()).toBe('live');
    await pulse();
    expect(toldState()).toBe('reconnecting');
    feed(gop(1));
    await vi.advanceTimersByTimeAsync(0);
    expect(toldState()).toBe('live');
  });

  it('[S15] one whose socket has closed is away to all who watch at the next pulse', async () => {
    const { feed, toldState, session, client } = running();
    feed(INIT);
    feed(gop(0));
    await pulse();
    session.left(client);
    await pulse();
    expect(toldState()).toBe('reconnecting');
  });

  it('[S15] one that we let wait is not silent', async () => {
    const { toldState } = shut();
    await pulse();
    await vi.advanceTimersByTimeAsync(LIMITS.silentMs * 3);
    expect(toldState()).toBe('live');
  });

  it('[S12] what a fenced socket still sends is not taken', () => {
    const { session, client, encoders, feed } = running();
    const next = { ...client, said: [], closed: undefined };
    session.attach(next);
    feed(INIT);
    feed(gop(0));
    session.stop(client, 0);
    session.skip(client, 10_000);
    session.refuse(client, 'malformed-message', '');
    session.left(client);
    expect(encoders).toEqual([]);
    expect(next.closed).toBeUndefined();
  });
});

describe('what operators are told', () => {
  /** A picture a second. */
  const even = (index: number): Buffer =>
    cluster(
      index * 2_000,
      simpleBlock({ key: true }),
      simpleBlock({ of: 'audio', at: 10 }),
      simpleBlock({ at: 1_000 }),
    );
  const looked = (): Promise<unknown> => vi.advanceTimersByTimeAsync(LIMITS.healthEveryMs);

  it('counts the pictures that a client has left out, and those that FFmpeg drops', async () => {
    const { feed, told, session, client, encoders } = running();
    feed(INIT);
    feed(even(0));
    feed(even(1));
    await looked();
    expect(told.droppedFrames).toBe(0);
    session.skip(client, 5_000);
    client.sent = 5_000;
    feed(even(5));
    await looked();
    expect(told.droppedFrames).toBe(6);
    encoders.at(-1)?.say({ type: 'progress', droppedFrames: 3 });
    await looked();
    await looked();
    expect(told.droppedFrames).toBe(9);
    expect(told.lostMs).toBeGreaterThanOrEqual(6_000);
    const health = client.said.findLast((message) => message.type === 'health');
    expect(health).toMatchObject({ health: { dropped: 9 } });
  });

  it('counts the pictures of a GOP that is passed over because it has killed two encoders', async () => {
    const { feed, told, encoders } = running();
    feed(INIT);
    for (let index = 0; index < 4; index++) feed(even(index));
    const first = { kind: 'video', timestampMs: 100, key: true, header: false, body: Buffer.alloc(10) } as const;
    encoders.at(-1)?.say({ type: 'tag', tag: first });
    for (let deaths = 0; deaths < 2; deaths++) {
      encoders.at(-1)?.say({ type: 'exited', clean: false, detail: 'Segmentation fault' });
      await vi.advanceTimersByTimeAsync(10_000);
    }
    expect(encoders).toHaveLength(3);
    expect(told.droppedFrames).toBe(1);
  });

  it('hears of a server that acknowledges nothing, while it acknowledges nothing', async () => {
    const { feed, encode, arrive, told } = running();
    feed(INIT);
    const gops = 6;
    for (let index = 0; index < gops; index++) {
      feed(even(index));
      encode(index);
    }
    await looked();
    expect(told.commitDelayMs).toBe(11_000);
    arrive(gops * TAGS_OF_A_GOP);
    await looked();
    expect(told.commitDelayMs).toBeLessThan(1_000);
  });
});

describe('[E1] encoders', () => {
  it('of transcodes give way to those that only copy', async () => {
    const h264 = init({ docType: 'matroska', tracks: [track('video', 'V_MPEG4/ISO/AVC'), track('audio', 'A_OPUS')] });
    const niceOf = (header: Buffer): number => {
      const { feed, encoders } = running({ plain: true });
      feed(header);
      feed(gop(0));
      return encoders[0]?.nice ?? 0;
    };
    expect(niceOf(INIT)).toBe(LIMITS.encoderNice.transcode);
    expect(niceOf(h264)).toBe(LIMITS.encoderNice['copy-video']);
    expect(LIMITS.encoderNice.transcode).toBeGreaterThan(LIMITS.encoderNice['copy-video']);
    await pulse();
  });
});

describe('[E5] a GOP that kills encoders', () => {
  it('is left out, and nothing else, though none of it was published', async () => {
    const { feed, encode, encoders, session, client } = running();
    feed(INIT);
    for (let index = 0; index < 4; index++) feed(gop(index));
    await pulse();
    encode(0);
    encode(1);
    await vi.advanceTimersByTimeAsync(LIMITS.healthyMs);
    // Whoever reads the third one dies of it: the first, the one that begins with the second, the one that begins with it.
    for (const waitMs of [0, 1_000, 2_000]) {
      encoders.at(-1)?.say({ type: 'exited', clean: false, detail: 'SIGSEGV' });
      await vi.advanceTimersByTimeAsync(waitMs + LIMITS.pulseMs);
    }
    const bytes = gop(0).byteLength;
    expect(encoders.map(({ written }) => written - INIT.byteLength)).toEqual([4 * bytes, 3 * bytes, 2 * bytes, bytes]);
    session.stop(client, client.sent);
    encode(3);
    encoders.at(-1)?.say({ type: 'exited', clean: true, detail: '' });
    await pulse();
    expect(client.closed).toBe('finished');
  });
});

describe('[E8] sound', () => {
  it('is waited for, but not for ever, and taken up when it comes', async () => {
    const { feed, encoders } = running();
    feed(INIT);
    const silent = (index: number) => cluster(index * 1_000, simpleBlock({ key: index % 2 === 0 }));
    feed(silent(0));
    feed(silent(1));
    feed(silent(2));
    expect(encoders).toEqual([]);
    feed(silent(3));
    expect(encoders[0]?.args).not.toContain('0:a:0');
    feed(cluster(4_000, simpleBlock({ key: true }), simpleBlock({ of: 'audio' })));
    expect(encoders[0]?.ended).toBe(true);
    encoders[0]?.say({ type: 'exited', clean: true, detail: '' });
    expect(encoders[1]?.args).toContain('0:a:0');
    await pulse();
  });
});

/** Another socket of the same feed. */
const another = (client: FakeClient): FakeClient => {
  const next: FakeClient = { ...client, epoch: client.epoch + 1, said: [], closed: undefined };
  next.say = (message) => void next.said.push(message);
  next.close = (reason) => void (next.closed ??= reason);
  return next;
};

describe('[S10] a feed that leaves', () => {
  it('tells a client that comes back meanwhile only when the stream is free elsewhere', async () => {
    const { session, feed, client, encoders, conduct, released } = running();
    let giveBack: () => void = () => undefined;
    conduct.releasing = new Promise((resolve) => {
      giveBack = resolve;
    });
    feed(INIT);
    feed(gop(0));
    await pulse();
    session.migrate();
    session.left(client);
    await pulse();
    expect(encoders[0]?.ended).toBe(true);
    const early = another(client);
    session.attach(early);
    expect(early.closed).toBeUndefined();
    encoders[0]?.say({ type: 'exited', clean: true, detail: '' });
    await pulse();
    const late = another(early);
    session.attach(late);
    expect(early.closed).toBe('migrate');
    await pulse();
    expect([late.closed, released]).toEqual([undefined, []]);
    giveBack();
    await pulse();
    expect([late.closed, released]).toEqual(['migrate', ['migrate']]);
  });

  it('starts no encoder for media that is the next worker’s', async () => {
    const { session, feed, client, encoders } = running();
    feed(INIT);
    feed(gop(0));
    await pulse();
    session.migrate();
    session.skip(client, client.sent + 5_000);
    client.sent += 5_000;
    feed(gop(4));
    expect(encoders[0]?.ended).toBe(true);
    encoders[0]?.say({ type: 'exited', clean: true, detail: '' });
    await pulse();
    expect(encoders).toHaveLength(1);
    expect(client.closed).toBe('migrate');
  });

  it('keeps nothing back of a show whose own end comes first', async () => {
    const { session, feed, client, encoders } = running();
    feed(INIT);
    feed(gop(0));
    await pulse();
    session.migrate();
    const last = gop(1);
    session.stop(client, client.sent + last.byteLength);
    feed(last);
    await pulse();
    expect(encoders[0]).toMatchObject({ ended: true, written: client.sent });
    encoders[0]?.say({ type: 'exited', clean: true, detail: '' });
    await pulse();
    expect(client.closed).toBe('finished');
  });

  it('waits leaveAtGopMs for the end of a GOP', async () => {
    const { session, feed, encoders } = running();
    feed(INIT);
    feed(gop(0));
    await pulse();
    session.migrate();
    await vi.advanceTimersByTimeAsync(LIMITS.leaveAtGopMs);
    expect(encoders[0]?.ended).toBe(false);
    await pulse();
    expect(encoders[0]?.ended).toBe(true);
  });

  it('is over at once where it has published nothing', async () => {
    const { session, client, released } = running({ barredMs: LIMITS.leaseFenceMs });
    session.migrate();
    await pulse();
    expect([client.closed, released]).toEqual(['migrate', ['migrate']]);
  });

  it('loses nothing by a client that is away', async () => {
    const { session, feed, client, encoders, released } = running();
    feed(INIT);
    feed(gop(0));
    await pulse();
    session.left(client);
    session.migrate();
    encoders[0]?.say({ type: 'exited', clean: true, detail: '' });
    await pulse();
    expect(released).toEqual(['migrate']);
  });
});

describe('[S3] a process that stood still', () => {
  const renewals = async (stoodMs: number): Promise<number> => {
    const { asked } = running();
    await vi.advanceTimersByTimeAsync(LIMITS.pulseMs);
    const before = asked();
    vi.setSystemTime(Date.now() + stoodMs - LIMITS.pulseMs);
    await pulse();
    return asked() - before;
  };

  it('asks for its lease at once beyond pausedMs, and not before', async () => {
    expect(await renewals(LIMITS.pausedMs)).toBe(0);
    expect(await renewals(LIMITS.pausedMs + 1)).toBe(1);
  });
});

describe('[S11] a refused key', () => {
  it.each([
    [false, 'upstream-refused'],
    // Its worker may be gone, and the server not know it yet; nothing need have been committed.
    [true, undefined],
  ])('of a feed that was under way elsewhere: %s', async (resumed, told) => {
    const { client, conduct, publishers } = running({ resumed });
    conduct.answer = { connected: false, because: 'key-refused', detail: '' };
    await pulse();
    expect(client.closed).toBe(told);
    conduct.answer = { connected: true };
    await vi.advanceTimersByTimeAsync(1_000);
    expect(publishers).toHaveLength(resumed ? 2 : 1);
  });
});

describe('[S7] the end of a show', () => {
  it('is sent once more where the connection breaks with it on its way, and not for ever', async () => {
    const { session, feed, client, encoders, encode, conduct, publishers } = running();
    conduct.parting = { flushed: false, because: 'reset' };
    feed(INIT);
    feed(gop(0));
    await pulse();
    session.stop(client, client.sent);
    encode(0);
    encoders[0]?.say({ type: 'exited', clean: true, detail: '' });
    await pulse();
    expect(client.closed).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1_000 + LIMITS.pulseMs);
    expect(publishers).toHaveLength(2);
    expect(publishers[1]?.sent).toEqual(publishers[0]?.sent);
    expect(client.closed).toBe('finished');
  });

  it('[W10] says how much has not arrived where it is cut short, and nothing of the kind where all was read', async () => {
    const cut = running();
    cut.feed(INIT);
    for (let index = 0; index < 3; index++) cut.feed(gop(index));
    cut.session.stop(cut.client, cut.client.sent);
    await vi.advanceTimersByTimeAsync(LIMITS.drainStuckMs + LIMITS.pulseMs * 2);
    expect(cut.client.said.at(-1)).toEqual({ type: 'ended', reason: 'finished', unacknowledgedMs: 5_900 });

    const read = running();
    read.feed(INIT);
    read.feed(gop(0));
    read.session.stop(read.client, read.client.sent);
    read.encode(0);
    read.encoders[0]?.say({ type: 'exited', clean: true, detail: '' });
    await pulse();
    expect(read.client.said.at(-1)).toEqual({ type: 'ended', reason: 'finished' });
  });

  it('is not sent again to a server that does not say whether it has read', async () => {
    const { session, feed, client, encoders, encode, conduct, publishers } = running();
    conduct.parting = { flushed: false, because: 'timed-out' };
    feed(INIT);
    feed(gop(0));
    await pulse();
    session.stop(client, client.sent);
    encode(0);
    encoders[0]?.say({ type: 'exited', clean: true, detail: '' });
    await pulse();
    expect(publishers).toHaveLength(1);
    expect(client.closed).toBe('finished');
  });
});
