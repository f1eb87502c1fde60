/** The audience load's viewers: sockets and askers, each of which notes what it hears; see load-audience.ts. */
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import * as z from 'zod/mini';
import { ChatPage } from '#contract/chat';
import { LiveView, Ticket } from '#contract/http';
import { PRESENCE } from '#domain/presence';
import { createEdgeCache } from '../../local/edge-cache.ts';
import { servePart } from '../lib/part.ts';

const JITTER = 0.25;
const RETURN_WITHIN_MS = 20_000;
const CATCH_UP_WITHIN_MS = 1_000;
const SETTLE_MS = 1_500;
/** As a page asks of a show on the air while it is told. */
const ASK_TOLD_MS = 4_000;
/** What such a page takes out of a cache for older than its own socket. */
const CACHED_MS = 3_000;
const BEAT_RETRY_MS = 2_000;

// as the contract has them; thousands of sockets hear each of them, and need no more of it
const Heard = z.discriminatedUnion('type', [
  z.object({ type: z.literal('joined'), mode: z.enum(['push', 'poll']), live: LiveView }),
  z.object({ type: z.literal('refused'), error: z.string() }),
  z.object({ type: z.literal('said') }),
  z.object({ type: z.literal('mode') }),
  z.object({
    type: z.literal('batch'),
    after: z.optional(z.number()),
    seq: z.optional(z.number()),
    messages: z.array(z.looseObject({ type: z.string(), seq: z.optional(z.number()), text: z.optional(z.string()) })),
  }),
]);
const Place = z.object({ origin: z.string(), streamId: z.string() });

let place = { origin: '', streamId: '' };
/** What a place of the distribution keeps for all of its viewers. */
const edge = createEdgeCache();
const counts = { answers: 0, caughtUp: 0, refused: 0, failed: 0, doubled: 0, disordered: 0 };
/** Why messages of writers were refused, and how many. */
const refusals = new Map<string, number>();
let delays: number[] = [];
/** What was said, as its writers were told: what everybody has to hear. */
const saidSeqs: number[] = [];

type Message = { seq: number; text: string };
type Viewer = {
  /** From 1, in the order in which they came. */
  number: number;
  at: 'push' | 'poll' | 'opening' | 'left';
  /** All is known up to here. */
  known: number;
  since: number | undefined;
  heard: Set<number>;
  last: number;
  socket: WebSocket | undefined;
  joinedAt: number;
  catching: boolean;
};
const viewers: Viewer[] = [];
const writers: WebSocket[] = [];

/** Each is at an address of its own. */
const headersOf = ({ number }: Viewer) => ({
  'content-type': 'application/json',
  'x-forwarded-for': `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`,
});

const take = (viewer: Viewer, { seq, text }: Message): void => {
  if (viewer.heard.has(seq)) counts.doubled += 1;
  else if (seq < viewer.last) counts.disordered += 1;
  viewer.heard.add(seq);
  viewer.last = Math.max(viewer.last, seq);
  const sentAt = Number(text.split(' ')[1]);
  if (Number.isFinite(sentAt)) delays.push(Date.now() - sentAt);
};

const memo: { text: string; view: LiveView | undefined } = { text: '', view: undefined };
/** What crowds ask for, through a cache that all of them share. */
const ask = async (): Promise<LiveView | undefined> => {
  const path = `${place.origin}/stream/${place.streamId}/live`;
  try {
    const answer = await edge(new Request(path), (request) => fetch(request.url));
    const text = await answer.text();
    counts.answers += 1;
    if (memo.text !== text) Object.assign(memo, { text, view: LiveView.parse(JSON.parse(text)) });
    return memo.view;
  } catch {
    counts.failed += 1;
    return undefined;
  }
};

const caughtUp = async (viewer: Viewer): Promise<void> => {
  if (viewer.catching) return;
  viewer.catching = true;
  await delay(Math.random() * CATCH_UP_WITHIN_MS);
  try {
    for (let more = true; more;) {
      counts.caughtUp += 1;
      const answer = await fetch(`${place.origin}/stream/${place.streamId}/chat?after=${viewer.known}&limit=100`);
      const page = ChatPage.parse(await answer.json());
      for (const message of page.items) if (message.seq > viewer.known) take(viewer, message);
      viewer.known = Math.max(viewer.known, page.seq);
      ({ more } = page);
    }
  } catch {
    counts.failed += 1;
  }
  viewer.catching = false;
};

const takeTail = (viewer: Viewer, { chat, chatFrom, seq, mode }: LiveView): void => {
  if (viewer.since === undefined) {
    Object.assign(viewer, { since: seq, known: seq, last: seq });
    return;
  }
  if (viewer.catching) return;
  if (chatFrom > viewer.known + 1 && mode === 'push') return void caughtUp(viewer);
  for (const message of chat) if (message.seq > viewer.known) take(viewer, message);
  viewer.known = Math.max(viewer.known, seq);
};

const polls = async (viewer: Viewer, reopen: (viewer: Viewer) => Promise<void>): Promise<void> => {
  let returning: Promise<unknown> | undefined;
  while (viewer.at === 'poll') {
    const view = await ask();
    if (viewer.at !== 'poll') return;
    if (view) takeTail(viewer, view);
    if (view?.mode === 'push' && !returning)
      returning = delay(Math.random() * RETURN_WITHIN_MS).then(async () => {
        if (viewer.at === 'poll') await reopen(viewer);
        returning = undefined;
      });
    await delay((view?.askAfterMs ?? 3_000) * (1 + Math.random() * JITTER));
  }
};

const hangUp = (viewer: Viewer): void => {
  viewer.at = 'poll';
  viewer.socket?.close();
  void polls(viewer, reopen);
};

/** Who is told asks as well, now and then: a push is a hint. */
const asksWhileTold = async (viewer: Viewer): Promise<void> => {
  while (viewer.at !== 'left') {
    await delay(ASK_TOLD_MS * (1 + Math.random() * JITTER));
    if (viewer.at !== 'push') continue;
    const view = await ask();
    if (!view || viewer.at !== 'push') continue;
    takeTail(viewer, view);
    if (view.mode === 'poll' && performance.now() - viewer.joinedAt > CACHED_MS) hangUp(viewer);
  }
};

/** Each plays on, in a browser and at an address of its own. */
const beats = async (viewer: Viewer): Promise<void> => {
  const began = performance.now();
  const browser = `load-viewer-${String(viewer.number).padStart(8, '0')}`;
  await delay(Math.random() * PRESENCE.beatEveryMs);
  while (viewer.at !== 'left') {
    const sent = await fetch(`${place.origin}/stream/${place.streamId}/beats`, {
      method: 'POST',
      headers: headersOf(viewer),
      body: JSON.stringify({ at: (performance.now() - began) / 1_000, browser }),
    }).then(
      async (answer) => {
        await answer.arrayBuffer();
        return answer.ok;
      },
      () => false,
    );
    if (!sent) counts.failed += 1;
    await delay(sent ? PRESENCE.beatEveryMs : BEAT_RETRY_MS);
  }
};

const open = (viewer: Viewer, ticket: string): Promise<void> =>
  new Promise((done) => {
    viewer.at = 'opening';
    const socket = new WebSocket(`${place.origin.replace('http', 'ws')}/realtime?ticket=${ticket}`, {
      perMessageDeflate: false,
    });
    viewer.socket = socket;
    const asks = (): void => {
      if (viewer.at !== 'poll') hangUp(viewer);
      done();
    };
    socket.on('open', () => socket.send(JSON.stringify({ action: 'join', streamId: place.streamId })));
    socket.on('error', () => (counts.failed += 1));
    // whose socket fails asks on, and comes back another time
    socket.on('close', () => {
      if (viewer.socket === socket && (viewer.at === 'opening' || viewer.at === 'push')) asks();
      done();
    });
    socket.on('message', (data: Buffer) => {
      const heard = Heard.safeParse(JSON.parse(data.toString()));
      if (!heard.success) return;
      const message = heard.data;
      if (message.type === 'refused') {
        counts.refused += 1;
        return socket.close();
      }
      if (message.type === 'joined') {
        takeTail(viewer, message.live);
        if (message.mode === 'poll') return asks();
        Object.assign(viewer, { at: 'push', joinedAt: performance.now() });
        setTimeout(() => viewer.at === 'push' && viewer.socket === socket && void caughtUp(viewer), SETTLE_MS);
        return done();
      }
      if (message.type === 'mode') return asks();
      if (message.type !== 'batch') return;
      const { after, seq, messages } = message;
      if (seq !== undefined && after !== undefined) {
        if (after > viewer.known || viewer.catching) void caughtUp(viewer);
        else {
          for (const one of messages)
            if (one.type === 'chat' && one.seq !== undefined && one.seq > viewer.known)
              take(viewer, { seq: one.seq, text: one.text ?? '' });
          viewer.known = Math.max(viewer.known, seq);
        }
      }
      if (messages.some(({ type }) => type === 'mode')) asks();
    });
  });

const reopen = async (viewer: Viewer): Promise<void> => {
  try {
    const init = { method: 'POST', headers: headersOf(viewer), body: '{}' };
    const answer = await fetch(`${place.origin}/auth/tickets`, init);
    const { ticket } = Ticket.parse(await answer.json());
    if (viewer.at === 'poll') await open(viewer, ticket);
  } catch {
    counts.failed += 1;
  }
};

servePart({
  place: (given: unknown) => {
    place = Place.parse(given);
  },

  join: async (given: unknown) => {
    const { tickets } = z.object({ tickets: z.array(z.string()) }).parse(given);
    const come = tickets.map((ticket) => {
      const viewer: Viewer = {
        number: viewers.length + 1,
        at: 'opening',
        known: 0,
        since: undefined,
        heard: new Set(),
        last: 0,
        socket: undefined,
        joinedAt: 0,
        catching: false,
      };
      viewers.push(viewer);
      void beats(viewer);
      void asksWhileTold(viewer);
      return open(viewer, ticket);
    });
    await Promise.all(come);
  },

  writers: async (given: unknown) => {
    const { tickets } = z.object({ tickets: z.array(z.string()) }).parse(given);
    await Promise.all(
      tickets.map(
        (ticket) =>
          new Promise<void>((done) => {
            const socket = new WebSocket(`${place.origin.replace('http', 'ws')}/realtime?ticket=${ticket}`);
            writers.push(socket);
            socket.on('error', () => (counts.failed += 1));
            socket.on('open', () => done());
            socket.on('message', (data: Buffer) => {
              const said = z
                .object({ type: z.literal('said'), message: z.object({ seq: z.number() }) })
                .safeParse(JSON.parse(data.toString()));
              if (said.success) saidSeqs.push(said.data.message.seq);
              else {
                counts.refused += 1;
                const refused = z
                  .object({ type: z.literal('refused'), error: z.string() })
                  .safeParse(JSON.parse(data.toString()));
                const why = refused.success ? refused.data.error : 'something else';
                refusals.set(why, (refusals.get(why) ?? 0) + 1);
              }
            });
          }),
      ),
    );
  },

  /** So many messages at once, each by another writer. */
  say: (given: unknown) => {
    const { from, many } = z.object({ from: z.number(), many: z.number() }).parse(given);
    for (let i = 0; i < many; i++) {
      const text = `at ${Date.now()} number ${from + i}`;
      const clientId = `load-${process.pid}-${from + i}`;
      writers[(from + i) % writers.length]?.send(
        JSON.stringify({ action: 'chat', streamId: place.streamId, text, clientId }),
      );
    }
  },

  /** So many more who do nothing but ask, for so long: how many answers they got. */
  simulate: async (given: unknown) => {
    const { many, ms } = z.object({ many: z.number(), ms: z.number() }).parse(given);
    const before = counts.answers;
    const until = Date.now() + ms;
    await Promise.all(
      Array.from({ length: many }, async () => {
        await delay(Math.random() * 3_000);
        while (Date.now() < until) {
          const view = await ask();
          await delay((view?.askAfterMs ?? 3_000) * (1 + Math.random() * JITTER));
        }
      }),
    );
    return { answers: counts.answers - before };
  },

  /** So many stay; the others go without a word. */
  stay: (given: unknown) => {
    const { many } = z.object({ many: z.number() }).parse(given);
    for (const viewer of viewers.splice(many)) {
      viewer.at = 'left';
      viewer.socket?.terminate();
    }
  },

  look: () => {
    const sorted = delays.toSorted((a, b) => a - b);
    const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
    delays = [];
    const modes = { push: 0, poll: 0, opening: 0, left: 0 };
    for (const { at: mode } of viewers) modes[mode] += 1;
    return {
      ...counts,
      ...modes,
      delays: { count: sorted.length, least: at(0), p50: at(0.5), p95: at(0.95), p99: at(0.99), most: at(1) },
    };
  },

  /** How often somebody did not hear what was said after they came. */
  judge: () => {
    let lost = 0;
    for (const { heard, since } of viewers)
      for (const seq of saidSeqs) if (since !== undefined && seq > since && !heard.has(seq)) lost += 1;
    const { doubled, disordered } = counts;
    return { said: saidSeqs.length, refusals: Object.fromEntries(refusals), lost, doubled, disordered };
  },
});
