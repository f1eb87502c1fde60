/**
 * With the push path wholly down every page tells the truth within ten seconds by asking, and nothing is lost when it is back. The
 * product's own client against the rooms, over a clock that the test moves.
 */
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, describe, expect, it, vi } from 'vitest';
import type { StreamView } from '#contract/http';
import { PRESENCE } from '#domain/presence';
import { openShowRooms } from '../../../functions/show-rooms.testing.ts';
import { muxShow } from '../../../functions/video/mux-show.testing.ts';
import { createApi } from '../../../web/src/api/api.ts';
import { createHttp } from '../../../web/src/api/http.ts';
import { createQueries } from '../../../web/src/api/queries.ts';
import { startLiveUpdates } from '../../../web/src/realtime/live-updates.ts';
import type { Snapshot } from '../../../web/src/realtime/snapshot.ts';
import type { RealtimeSocketEvents } from '../../../web/src/realtime/socket-link.ts';

vi.setConfig({ testTimeout: 120_000 });

/** What is promised. */
const RIGHT_WITHIN_MS = 10_000;
/** An answer may be this old: it is kept at the edge (`Cache-Control: s-maxage=2`). */
const CACHED_MS = 2_000;
const STEP_MS = 250;

/** Ways in which nothing that is pushed comes. */
const WAYS = {
  'no socket opens': { opens: false, answers: false },
  'sockets open, and nothing is pushed': { opens: true, answers: true },
  'sockets open, and nothing comes back at all': { opens: true, answers: false },
} as const;
type Way = (typeof WAYS)[keyof typeof WAYS];

const rooms = await openShowRooms();
afterAll(() => rooms.close());

let number = 0;

/** A show on the air, somebody who watches it, and a clock. */
const watched = async ({ live = true } = {}) => {
  const creator = await rooms.join(`pushed_${++number}`, { creator: true });
  const { id, key } = await rooms.create(creator);
  const begin = async () => {
    const feed = await rooms.feed(key);
    await feed.renew('live');
    const { id: liveStreamId } = rooms.fake.made.findLast(({ passthrough }) => passthrough.includes(creator.id))!;
    await rooms.deliver(muxShow({ liveStreamId, assetId: `push-${number}`, startedAt: rooms.now() }).active());
    return feed;
  };
  const feed = live ? await begin() : undefined;

  const path: Way & { up: boolean } = { opens: true, answers: true, up: true };
  const sockets = new Map<string, RealtimeSocketEvents>();
  const underWay = new Set<Promise<unknown>>();
  const track = <Value>(work: Promise<Value>): Promise<Value> => {
    underWay.add(work);
    void work.catch(() => undefined).finally(() => underWay.delete(work));
    return work;
  };

  const kept = new Map<string, { at: number; answer: Response }>();
  const api = createApi(
    createHttp({
      fetch: (input, init) =>
        track(
          (async () => {
            const url = input instanceof Request ? input.url : input.toString();
            const known = kept.get(url);
            if (known && rooms.now() < known.at + CACHED_MS) return known.answer.clone();
            const body = typeof init?.body === 'string' ? init.body : undefined;
            const answered = url.startsWith('/auth/tickets')
              ? { status: 201, body: await ticket(), headers: new Headers() }
              : await rooms.raw(init?.method ?? 'GET', url, { body });
            const text = answered.status === 204 ? null : JSON.stringify(answered.body);
            const answer = new Response(text, {
              status: answered.status,
              headers: Object.fromEntries(answered.headers),
            });
            // as at the edge: what was made just before something changed may be given for two seconds more
            if (/s-maxage/.test(answered.headers.get('cache-control') ?? ''))
              kept.set(url, { at: rooms.now(), answer: answer.clone() });
            return answer;
          })(),
        ),
      tokens: { getToken: async () => undefined, replaceToken: async () => undefined, giveUp: () => {} },
    }),
  );
  let tickets = 0;
  const ticket = async () => {
    const given = `ticket-${number}-${++tickets}`;
    const until = rooms.now() + 60_000;
    await rooms.tickets.issue({ ticket: given, userId: undefined, until });
    return { ticket: given, expiresAt: new Date(until).toISOString() };
  };

  const timers = new Set<{ at: number; work: () => void }>();
  let snapshot: Snapshot | undefined;
  const stop = startLiveUpdates(
    {
      ticket: (asking) => api.ticket({}, asking),
      live: (streamId, asking) => api.live(streamId, { ...asking, anonymous: true }),
      chatAfter: api.chatAfter,
      openSocket: (given, events) => {
        const connectionId = `socket-${given}`;
        const message = async (text: string) => {
          const { body } = await rooms.realtime.message({ requestContext: { connectionId }, body: text });
          if (body !== undefined && path.answers) events.said(body);
        };
        const connect = async () => {
          if (!path.opens) return events.closed();
          const { statusCode } = await rooms.realtime.connect({
            requestContext: { connectionId },
            queryStringParameters: { ticket: given },
          });
          if (statusCode !== 200) return events.closed();
          sockets.set(connectionId, events);
          return events.opened();
        };
        void track(connect());
        return { send: (text) => void track(message(text)), close: () => sockets.delete(connectionId) };
      },
      after: (ms, work) => {
        const timer = { at: rooms.now() + ms, work };
        timers.add(timer);
        return () => timers.delete(timer);
      },
      onWake: () => () => {},
      now: rooms.now,
      // the longest that anything waits
      random: () => 0.999,
    },
    { streamId: id, onChange: (next) => (snapshot = next) },
  );

  let shift: Awaited<ReturnType<typeof rooms.streaming.delivery.take>>['shift'];
  /** What the rooms do beside all requests: somebody delivers. */
  const deliver = async () => {
    shift ??= (await rooms.streaming.delivery.take(id)).shift;
    if ((await shift?.tick()) === 'lost') shift = undefined;
    for (const { connectionId, message } of rooms.pushed.splice(0))
      if (path.up) sockets.get(connectionId)?.said(JSON.stringify(message));
  };
  const settled = async () => {
    do {
      await Promise.allSettled(underWay);
      await turn();
    } while (underWay.size > 0);
  };
  const pass = async (ms: number, done: () => boolean = () => false) => {
    await settled();
    for (const end = rooms.now() + ms; rooms.now() < end && !done();) {
      rooms.later(STEP_MS);
      for (const timer of timers)
        if (timer.at <= rooms.now()) {
          timers.delete(timer);
          timer.work();
        }
      await deliver();
      await settled();
    }
  };

  const change = async (path_: string, body: object, as = creator, method = 'POST') => {
    const { status } = await rooms.call(method, `/stream/${id}${path_}`, { as, body });
    expect(status).toBeLessThan(300);
  };
  let said = 0;
  return {
    id,
    begin,
    feed,
    pass,
    now: () => snapshot,
    texts: () => snapshot?.chat?.messages.map(({ text }) => text),
    say: (text: string, as = creator) => change('/chat', { text, clientId: `client-${++said}-of-test` }, as),
    change,
    fall: (way: Way) => {
      Object.assign(path, way, { up: false });
      // what was open is open no longer where nothing opens; else it goes on and hears nothing
      if (!way.opens)
        for (const [connectionId, events] of sockets) {
          sockets.delete(connectionId);
          events.closed();
        }
    },
    rise: () => Object.assign(path, { opens: true, answers: true, up: true }),
    /** The truth is told in time. */
    within: async (what: () => boolean) => {
      await pass(RIGHT_WITHIN_MS, what);
      expect(what(), JSON.stringify({ ...snapshot, chat: undefined })).toBe(true);
    },
    close: async () => {
      stop();
      await shift?.release();
    },
  };
};

describe.each(Object.entries(WAYS))('where %s', (_, way) => {
  it('a page tells all the same what becomes of a show, its title, its chat, its rules and its viewers', async () => {
    const show = await watched();
    await show.pass(3_000);
    expect(show.now()?.state).toBe('live');
    show.fall(way);
    await show.pass(1_000);
    await show.say('Said when nothing was pushed');
    await show.within(() => show.texts()?.includes('Said when nothing was pushed') === true);
    await show.change('/moderation', { act: 'delete', seq: show.now()?.chat?.messages.at(-1)?.seq });
    await show.within(() => show.texts()?.length === 0);
    await show.change('/moderation', { act: 'slow', seconds: 30 });
    await show.within(() => show.now()?.chat?.rules.slowSeconds === 30);
    await show.change('', { title: 'Another title' }, undefined, 'PATCH');
    await show.within(() => show.now()?.title === 'Another title');
    await show.change('/reactions', { kind: 'heart' });
    await show.within(() => show.now()?.reactions?.heart === 1);
    await show.change('/beats', { at: 1, browser: 'browser-of-the-push-path' });
    await show.within(() => show.now()?.viewers === 1);
    await show.pass(PRESENCE.goneAfterMs - RIGHT_WITHIN_MS);
    await show.within(() => show.now()?.viewers === 0);
    await show.feed?.renew('reconnecting');
    await show.within(() => show.now()?.state === 'reconnecting');
    await show.feed?.release('finished');
    await show.within(() => show.now()?.state === 'ended');
    await show.close();
  });

  it('a page that waits for a show tells that it begins', async () => {
    const show = await watched({ live: false });
    await show.pass(3_000);
    show.fall(way);
    await show.pass(1_000);
    await show.begin();
    await show.within(() => show.now()?.state === 'live');
    await show.close();
  });

  it('nothing that was said is lost, doubled or out of order once it is back', async () => {
    const show = await watched();
    await show.pass(3_000);
    const people = await Promise.all(Array.from({ length: 7 }, () => rooms.join(`talker_${++number}`)));
    const wanted: string[] = [];
    const talk = async (many: number, ms: number) => {
      for (let i = 0; i < many; i++) {
        wanted.push(`message ${wanted.length}`);
        // each says no more than a person may without a pause
        await show.say(wanted.at(-1) ?? '', people[wanted.length % people.length]);
        await show.pass(ms / many);
      }
    };
    await talk(6, 9_000);
    show.fall(way);
    // more than an answer holds
    await talk(70, 18_000);
    show.rise();
    await talk(4, 6_000);
    await show.within(() => show.texts()?.length === wanted.length);
    expect(show.texts()).toEqual(wanted);
    await show.close();
  });
});

it('lists of what is live are asked for often enough, as nothing is pushed to them', () => {
  const asked = { items: [] as StreamView[] };
  const queries = createQueries({ streams: async () => asked, followedLive: async () => asked.items } as never);
  for (const { refetchInterval } of [
    queries.liveNow(),
    queries.followedLive(),
    queries.profile('asha'),
    queries.streamsOf('asha'),
  ])
    expect(Number(refetchInterval) + CACHED_MS).toBeLessThanOrEqual(RIGHT_WITHIN_MS);
});
