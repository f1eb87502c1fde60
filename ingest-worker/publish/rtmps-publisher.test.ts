import { afterEach, describe, expect, it, vi } from 'vitest';
import { syncBuiltinESMExports } from 'node:module';
import { createServer, type Server, type Socket } from 'node:net';
import tls from 'node:tls';
import { PUBLISH_LIMITS } from './publish-limits.ts';
import { makePublisher, makeTags, STREAM_KEY } from './publisher.testing.ts';
import { createRtmpsPublishers } from './rtmps-publisher.ts';
import { createAuthority } from './sink/authority.testing.ts';
import { startSink, type Sink } from './sink/sink.testing.ts';
import type { FlvTag } from '../media/flv-tag.ts';
import type { Publisher } from '../session/publisher.ts';

const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

const makeSink = async (options: Parameters<typeof startSink>[0] = {}): Promise<Sink> => {
  const sink = await startSink(options);
  open.push(sink);
  return sink;
};

type Limits = { -readonly [name in keyof typeof PUBLISH_LIMITS]?: number };

const make = (sink: Pick<Sink, 'url' | 'ca'>, limits: Limits = {}) => {
  const made = makePublisher(createRtmpsPublishers({ limits: { ...PUBLISH_LIMITS, ...limits } }), sink);
  open.push(made.publisher);
  return made;
};

const sendAll = (publisher: Publisher, tags: readonly FlvTag[]): void => {
  for (const tag of tags) publisher.send(tag);
};

/** A TCP server that answers each connection in its own way. */
const startOther = async (answer: (socket: Socket) => void): Promise<{ url: string; server: Server }> => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    answer(socket);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  open.push({ close: () => new Promise((resolve) => server.close(resolve)) });
  const address = server.address();
  return { url: `rtmp://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/app`, server };
};

const acknowledged = (tags: number) => (event: { type: string; tags?: number }) =>
  event.type === 'acknowledged' && (event.tags ?? 0) >= tags;
const isClosed = (event: { type: string }): boolean => event.type === 'closed';

describe('RTMPS publisher: opening', () => {
  it('[P1] publishes metadata, set-ups and every frame, at its time, and says farewell', async () => {
    const sink = await makeSink();
    const { publisher } = make(sink);
    expect(await publisher.connect()).toEqual({ connected: true });
    const tags = makeTags({ frames: 90 });
    sendAll(publisher, tags);
    expect(await publisher.close()).toEqual({ flushed: true });

    const [session] = sink.sessions;
    expect(sink.sessions).toHaveLength(1);
    expect(session).toMatchObject({ streamKey: STREAM_KEY, metadata: 1, said: ['FCUnpublish', 'deleteStream'] });
    expect(session?.headers.map(({ kind }) => kind)).toEqual(['video', 'audio']);
    expect(session?.frames.map(({ dtsMs }) => dtsMs)).toEqual(tags.slice(3).map(({ timestampMs }) => timestampMs));
    await sink.until('the end', () => session?.end?.how === 'ended');
  });

  it('[P1] carries frames larger than a chunk, beyond 4 h 39 min, across the point where timestamps grow long', async () => {
    const sink = await makeSink();
    const { publisher } = make(sink);
    await publisher.connect();
    const tags = makeTags({ frames: 12, startMs: 0xffffff - 5 * 33, frameBytes: 200_000 });
    sendAll(publisher, tags);
    await publisher.close();
    expect(sink.sessions[0]?.frames.map(({ dtsMs, bytes }) => [dtsMs, bytes])).toEqual(
      tags.slice(3).map(({ timestampMs }) => [timestampMs, 200_000]),
    );
  });

  it.each([
    ['by-status', 'key-refused', 'NetStream.Publish.BadName: [key] is not known here'],
    ['by-end', 'key-refused', 'the server ended the connection'],
    ['connect', 'refused', 'NetConnection.Connect.Rejected: connect'],
  ] as const)('[P3] a refusal %s is %s, told without the key', async (refuse, because, detail) => {
    const sink = await makeSink();
    sink.conduct.refuse = refuse;
    const { publisher, events } = make(sink);
    expect(await publisher.connect()).toEqual({ connected: false, because, detail });
    expect(events).toEqual([]);
    await sink.until('no connection left', () => sink.connections() === 0);
  });

  it('[P3] goes where the server sends it, and says where that is', async () => {
    const [front, back] = [await makeSink({ tls: false }), await makeSink({ tls: false })];
    front.conduct.redirect = back.url;
    const { publisher } = make(front);
    expect(await publisher.connect()).toEqual({ connected: true, redirectedTo: 'localhost' });
    sendAll(publisher, makeTags({ frames: 30 }));
    expect(await publisher.close()).toEqual({ flushed: true });
    expect(back.sessions[0]?.frames).toHaveLength(30);
    expect(front.sessions).toEqual([]);
  });

  it.each([
    ['out of TLS', async () => (await makeSink({ tls: false })).url],
    ['nowhere', async () => 'http://localhost/app'],
    [
      'in a circle',
      async () => {
        const next = await makeSink();
        next.conduct.redirect = next.url;
        return next.url;
      },
    ],
  ])('[P3] does not go %s', async (_, to) => {
    const front = await makeSink();
    front.conduct.redirect = await to();
    const { publisher } = make(front);
    expect(await publisher.connect()).toMatchObject({ connected: false });
    await front.until('no connection left', () => front.connections() === 0);
  });

  it.each([
    [PUBLISH_LIMITS.refusalMs - 1, 'key-refused'],
    [PUBLISH_LIMITS.refusalMs, 'reset'],
  ] as const)(
    '[P3] an orderly end %d ms after the key was taken, with nothing acknowledged, is %s',
    async (ms, because) => {
      const sink = await startSink({ tls: false });
      let nowMs = 0;
      const { publisher, events, heard } = makePublisher(createRtmpsPublishers({ now: () => nowMs }), sink);
      open.push(publisher);
      expect(await publisher.connect()).toEqual({ connected: true });
      nowMs = ms;
      await sink.close();
      await heard(isClosed);
      expect(events).toEqual([{ type: 'closed', because, detail: 'the server ended the connection' }]);
    },
  );

  it('[P4] trusts the authority it is given, and no other', async () => {
    const sink = await makeSink();
    const { ca } = await createAuthority();
    expect(await make({ url: sink.url, ca }).publisher.connect()).toMatchObject({
      connected: false,
      because: 'untrusted',
    });
    expect(await make({ url: sink.url, ca: undefined }).publisher.connect()).toMatchObject({ because: 'untrusted' });
    expect(await make(sink).publisher.connect()).toEqual({ connected: true });
  });

  it('[P4] makes what a server is held against once for all connections', async () => {
    const contexts = vi.spyOn(tls, 'createSecureContext');
    syncBuiltinESMExports();
    const sink = await makeSink();
    const before = contexts.mock.calls.length;
    const create = createRtmpsPublishers();
    for (let connection = 0; connection < 3; connection++) {
      const made = makePublisher(create, sink);
      open.push(made.publisher);
      expect(await made.publisher.connect()).toEqual({ connected: true });
    }
    const ours = contexts.mock.calls.slice(before).filter(([given]) => given?.cert === undefined);
    contexts.mockRestore();
    syncBuiltinESMExports();
    expect(ours).toHaveLength(1);
  });

  it('[P4] checks that the certificate is for the host it dials, name or address', async () => {
    const sink = await makeSink();
    const at = (host: string) => make({ url: `rtmps://${host}:${sink.port}/app`, ca: sink.ca }).publisher.connect();
    expect(await at('127.0.0.1')).toEqual({ connected: true });
    expect(await at('127.0.0.2')).toMatchObject({ connected: false });
    expect(await at('ip6-localhost.localhost')).toMatchObject({ connected: false });
  });

  it('[P3] nobody listening is unreachable, and so is what is no address at all', async () => {
    const { url, server } = await startOther(() => undefined);
    await new Promise((resolve) => server.close(resolve));
    expect(await make({ url, ca: undefined }).publisher.connect()).toEqual({
      connected: false,
      because: 'unreachable',
      detail: 'ECONNREFUSED',
    });
    expect(await make({ url: 'https://localhost/app', ca: undefined }).publisher.connect()).toMatchObject({
      because: 'unreachable',
    });
  });

  it('[P3] a server of another kind is a protocol error', async () => {
    const { url } = await startOther((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    expect(await make({ url, ca: undefined }).publisher.connect()).toMatchObject({ because: 'protocol-error' });
  });

  it('[P2] a server that never answers is given up after its stage', async () => {
    const sink = await makeSink();
    sink.freeze();
    expect(await make(sink, { stageMs: 100 }).publisher.connect()).toEqual({
      connected: false,
      because: 'timed-out',
      detail: 'no answer while dialing',
    });
  });

  it('[P2] all stages together have their limit too', async () => {
    const sink = await makeSink();
    sink.freeze();
    expect(await make(sink, { connectMs: 100 }).publisher.connect()).toMatchObject({
      because: 'timed-out',
      detail: 'opening took too long',
    });
  });

  it('[P2] can be given up while it opens', async () => {
    const sink = await makeSink();
    sink.freeze();
    const { publisher, events } = make(sink);
    const connecting = publisher.connect();
    await sink.until('a connection', () => sink.connections() === 1);
    publisher.abandon();
    expect(await connecting).toMatchObject({ connected: false });
    sink.thaw();
    await sink.until('no connection left', () => sink.connections() === 0);
    expect(events).toEqual([]);
  });
});

describe('RTMPS publisher: what has arrived', () => {
  it('[P7] is what the server acknowledges, in whole tags', async () => {
    const sink = await makeSink();
    const { publisher, events, heard } = make(sink);
    await publisher.connect();
    sendAll(publisher, makeTags({ frames: 400 }));
    await heard(acknowledged(250));
    expect(events.every((event) => event.type !== 'acknowledged' || event.rule === 'acknowledged')).toBe(true);
    const told = Math.max(...events.map((event) => (event.type === 'acknowledged' ? event.tags : 0)));
    // Three tags are not frames; what is told must not be ahead of what the sink holds.
    expect(told - 3).toBeLessThanOrEqual(sink.sessions[0]?.frames.length ?? 0);
    expect(publisher.stats()).toMatchObject({ rule: 'acknowledged', queuedBytes: 0 });
  });

  it('[P8] is what was flushed a while ago, where the server is silent', async () => {
    const sink = await makeSink();
    sink.conduct.acknowledges = 'never';
    const { publisher, events, heard } = make(sink, { flushedMs: 300, tickMs: 20 });
    await publisher.connect();
    const tags = makeTags({ frames: 300 });
    sendAll(publisher, tags);
    const sentAt = performance.now();
    await heard(acknowledged(tags.length));
    expect(performance.now() - sentAt).toBeGreaterThan(290);
    expect(events.at(-1)).toMatchObject({ rule: 'flushed-5s', tags: tags.length });
  });

  it('[P10] is everything once the server has read to the end', async () => {
    const sink = await makeSink();
    const { publisher, events } = make(sink);
    await publisher.connect();
    const tags = makeTags({ frames: 10 });
    sendAll(publisher, tags);
    await publisher.close();
    expect(events).toEqual([{ type: 'acknowledged', tags: tags.length, rule: 'flushed-5s' }]);
  });
});

describe('RTMPS publisher: pressure', () => {
  it('[P5] says stop above its mark, and when it has drained', async () => {
    const sink = await makeSink();
    const { publisher, heard } = make(sink, { queueHighBytes: 100_000, queueLowBytes: 10_000 });
    await publisher.connect();
    sink.stall();
    const tag = makeTags({ frames: 1, frameBytes: 60_000 })[3];
    if (tag === undefined) throw new Error('no tag');
    let sent = 1;
    while (publisher.send(tag)) sent += 1;
    expect(publisher.stats().queuedBytes).toBeGreaterThan(100_000);
    sink.thaw();
    await heard((event) => event.type === 'drained');
    expect(publisher.stats().queuedBytes).toBeLessThanOrEqual(10_000);
    await publisher.close();
    expect(sink.sessions[0]?.frames).toHaveLength(sent);
  });

  it('[P5] a caller that does not stop is cut off', async () => {
    const sink = await makeSink();
    const { publisher, events } = make(sink, { queueMaxBytes: 500_000 });
    await publisher.connect();
    sink.stall();
    for (const tag of makeTags({ frames: 400, frameBytes: 60_000 })) publisher.send(tag);
    expect(events).toEqual([{ type: 'closed', because: 'stalled', detail: 'write queue over its limit' }]);
  });

  it('[P6] a socket that takes nothing for long is stalled', async () => {
    const sink = await makeSink();
    sink.conduct.acknowledges = 'never';
    const { publisher, events, heard } = make(sink, { stallMs: 300, tickMs: 20 });
    await publisher.connect();
    sink.stall();
    // More than both kernels' buffers hold.
    sendAll(publisher, makeTags({ frames: 300, frameBytes: 60_000 }));
    await heard(isClosed);
    expect(events).toEqual([{ type: 'closed', because: 'stalled', detail: 'the socket takes nothing' }]);
  });

  it('[P6] a server that acknowledged and no longer does is stalled, though the kernel still takes bytes', async () => {
    const sink = await makeSink();
    const { publisher, events, heard } = make(sink, { stallMs: 300, patienceMs: 300, tickMs: 20 });
    await publisher.connect();
    // One acknowledgement after another, so that the server has a rhythm.
    for (let sent = 300; sent <= 1_500; sent += 300) {
      sendAll(publisher, makeTags({ frames: 300 }));
      await heard(acknowledged(sent - 140));
    }
    sink.stall();
    sendAll(publisher, makeTags({ frames: 400 }));
    await heard(isClosed);
    expect(events.at(-1)).toEqual({ type: 'closed', because: 'stalled', detail: 'acknowledgements overdue' });
  });

  it('[P9] a host that was left twice for its silence alone is judged by it no longer, until that is forgotten', async () => {
    const sink = await makeSink();
    const clock = { ms: 0, lookMs: 1 };
    const create = createRtmpsPublishers({
      limits: { ...PUBLISH_LIMITS, tickMs: 5 },
      now: () => (clock.ms += clock.lookMs),
    });
    /** One that acknowledges in a rhythm, and then reads on without a word. */
    const fallSilent = async () => {
      clock.lookMs = 1;
      sink.conduct.acknowledges = 'when-asked';
      const made = makePublisher(create, sink);
      open.push(made.publisher);
      await made.publisher.connect();
      for (let sent = 300; sent <= 1_500; sent += 300) {
        sendAll(made.publisher, makeTags({ frames: 300 }));
        await made.heard(acknowledged(sent - 140));
      }
      sink.conduct.acknowledges = 'never';
      sendAll(made.publisher, makeTags({ frames: 400 }));
      await sink.until('all frames', () => sink.sessions.at(-1)?.frames.length === 1_900);
      clock.lookMs = 1_000;
      return made;
    };
    const isLeft = async () => {
      const { events, heard } = await fallSilent();
      await heard(isClosed);
      expect(events.at(-1)).toMatchObject({ because: 'stalled', detail: 'acknowledgements overdue' });
    };
    await isLeft();
    await isLeft();

    const third = await fallSilent();
    const sinceMs = clock.ms;
    await expect.poll(() => clock.ms - sinceMs).toBeGreaterThan(3 * PUBLISH_LIMITS.patienceMs);
    expect(third.events.filter(isClosed)).toEqual([]);
    third.publisher.abandon();

    clock.ms += PUBLISH_LIMITS.rhythmMemoryMs;
    await isLeft();
  });

  it.each(['increments', 'early-then-2.5MB', 'never'] as const)(
    '[P9] one connection carries all to a server that acknowledges by %s',
    async (habit) => {
      const sink = await makeSink();
      sink.conduct.acknowledges = habit;
      let nowMs = 0;
      const limits = { ...PUBLISH_LIMITS, tickMs: 5 };
      const made = makePublisher(createRtmpsPublishers({ limits, now: () => nowMs }), sink);
      open.push(made.publisher);
      await made.publisher.connect();
      // Two minutes of a show in 60 steps: what is judged by the clock is judged at each.
      let frames = 0;
      for (let step = 0; step < 60; step += 1) {
        sendAll(made.publisher, makeTags({ frames: 20, frameBytes: 8_000 }));
        frames += 20;
        await sink.until('all frames', () => sink.sessions[0]?.frames.length === frames);
        nowMs += 2_000;
      }
      await made.heard(acknowledged(1_000));
      expect(made.events.filter(isClosed)).toEqual([]);
      expect(sink.sessions).toHaveLength(1);
    },
  );

  it('[P6] a slow server that does acknowledge is not', async () => {
    const sink = await makeSink();
    const { publisher, events } = make(sink, { stallMs: 400, tickMs: 20 });
    await publisher.connect();
    sink.conduct.readBytesPerSecond = 1_000_000;
    sendAll(publisher, makeTags({ frames: 1_000 }));
    await sink.until('every frame', () => sink.sessions[0]?.frames.length === 1_000);
    expect(events.filter(isClosed)).toEqual([]);
  });
});

describe('RTMPS publisher: the end', () => {
  it('[P3] a reset is told once, and nothing after it', async () => {
    const sink = await makeSink();
    const { publisher, events, heard } = make(sink);
    await publisher.connect();
    sendAll(publisher, makeTags());
    await sink.until('frames', () => (sink.sessions[0]?.frames.length ?? 0) >= 60);
    sink.reset();
    await heard(isClosed);
    expect(events.filter(isClosed)).toMatchObject([{ because: 'reset' }]);
    expect(publisher.send(makeTags()[0] ?? assertNever())).toBe(false);
    expect(await publisher.close()).toEqual({ flushed: false, because: 'reset' });
  });

  it('[P11] a server that does not answer the farewell is left after a while, with all it was sent', async () => {
    const sink = await makeSink();
    sink.conduct.answersFarewell = false;
    const { publisher } = make(sink, { farewellMs: 100 });
    await publisher.connect();
    sendAll(publisher, makeTags());
    expect(await publisher.close()).toEqual({ flushed: true });
    expect(sink.sessions[0]?.frames).toHaveLength(60);
  });

  it('[P11] a close in which the connection breaks says so, and nothing else', async () => {
    const sink = await makeSink();
    const { publisher, events } = make(sink);
    await publisher.connect();
    sink.stall();
    sendAll(publisher, makeTags());
    const closing = publisher.close();
    sink.reset();
    expect(await closing).toEqual({ flushed: false, because: 'reset' });
    expect(events.filter(isClosed)).toEqual([]);
  });

  it('[P11] a close that the server does not follow has its limit', async () => {
    const sink = await makeSink();
    const { publisher } = make(sink, { closeMs: 200 });
    await publisher.connect();
    sink.stall();
    sendAll(publisher, makeTags());
    expect(await publisher.close()).toEqual({ flushed: false, because: 'timed-out' });
    sink.thaw();
    await sink.until('no connection left', () => sink.connections() === 0);
  });

  it('[P11] abandon sends nothing more, not even what the kernel holds, and is silent', async () => {
    const sink = await makeSink();
    const { publisher, events } = make(sink);
    await publisher.connect();
    sink.stall();
    sendAll(publisher, makeTags({ frames: 40, frameBytes: 60_000 }));
    publisher.abandon();
    publisher.abandon();
    sink.thaw();
    await sink.until('the end', () => sink.sessions[0]?.end !== undefined);
    expect(sink.sessions[0]?.frames.length).toBeLessThan(40);
    expect(events.filter(isClosed)).toEqual([]);
  });

  it('[P11] closing twice, or before opening, is harmless', async () => {
    const sink = await makeSink();
    const { publisher } = make(sink);
    await publisher.connect();
    expect(await Promise.all([publisher.close(), publisher.close()])).toEqual([{ flushed: true }, { flushed: true }]);
    const { publisher: unopened } = make(sink);
    expect(await unopened.close()).toEqual({ flushed: false, because: 'reset' });
    expect(await unopened.connect()).toMatchObject({ connected: false });
    expect(sink.sessions).toHaveLength(1);
  });
});

const assertNever = (): never => {
  throw new Error('no tag');
};
