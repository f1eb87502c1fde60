/** Viewers of one show in a process of their own, by the product's own client: what is frozen, or killed, is all of them; see presence.ts. */
import { WebSocket } from 'ws';
import * as z from 'zod/mini';
import { createApi } from '../../../web/src/api/api.ts';
import { createHttp } from '../../../web/src/api/http.ts';
import { createHeartbeat } from '../../../web/src/realtime/heartbeat.ts';
import { startLiveUpdates } from '../../../web/src/realtime/live-updates.ts';
import { servePart } from '../lib/part.ts';

/** How often a player tells of its progress, as a browser does (`timeupdate`). */
const PROGRESS_MS = 250;

const Watch = z.object({
  origin: z.string(),
  streamId: z.string(),
  /** What each browser calls itself, and how many tabs of it are open. */
  browsers: z.array(z.string()),
  tabs: z._default(z.number(), 1),
  /** A player that stands still tells where it is again and again; a page without one tells nothing. */
  player: z._default(z.enum(['plays', 'stands-still', 'none']), 'plays'),
  /** How far this machine's clock is off. */
  clockOffMs: z._default(z.number(), 0),
});

/** A machine whose clock is wrong: all that asks for the time gets it so. */
const setClock = (offMs: number): void => {
  const Right = globalThis.Date;
  globalThis.Date = new Proxy(Right, {
    construct: (target, given: [number]) => (given.length > 0 ? new target(...given) : new target(Right.now() + offMs)),
    get: (target, name) => (name === 'now' ? () => Right.now() + offMs : Reflect.get(target, name)),
  });
};

const tab = ({ origin, streamId, player }: z.infer<typeof Watch>, browser: string): void => {
  const api = createApi(
    createHttp({
      fetch: (input, init) => fetch(new URL(input instanceof Request ? input.url : input, origin), init),
      tokens: { getToken: async () => undefined, replaceToken: async () => undefined, giveUp: () => {} },
    }),
  );
  let oneIn = 1;
  startLiveUpdates(
    {
      ticket: (asking) => api.ticket({ browser }, asking),
      live: (id, asking) => api.live(id, { ...asking, anonymous: true }),
      chatAfter: api.chatAfter,
      openSocket: (ticket, events) => {
        const socket = new WebSocket(`${origin.replace('http', 'ws')}/realtime?ticket=${ticket}`);
        socket.on('open', events.opened);
        socket.on('message', (data: Buffer) => events.said(data.toString()));
        socket.on('close', events.closed);
        socket.on('error', () => {});
        return { send: (text) => socket.send(text), close: () => socket.close() };
      },
      after: (ms, work) => {
        const timer = setTimeout(work, ms);
        return () => clearTimeout(timer);
      },
      onWake: () => () => {},
      now: () => Date.now(),
      random: Math.random,
    },
    { streamId, onChange: (snapshot) => (oneIn = snapshot.sampling ?? 1) },
  );
  if (player === 'none') return;
  const heartbeat = createHeartbeat({
    send: (at) => api.beat(streamId, { at, browser }),
    now: () => performance.now(),
  });
  const began = performance.now();
  setInterval(() => {
    const at = player === 'plays' ? (performance.now() - began) / 1_000 : 1;
    heartbeat.progressed(at, { viewer: `web_${browser}`, streamId, oneIn });
  }, PROGRESS_MS);
};

servePart({
  watch: (given: unknown) => {
    const watching = z.parse(Watch, given);
    if (watching.clockOffMs !== 0) setClock(watching.clockOffMs);
    for (const browser of watching.browsers) for (let open = 0; open < watching.tabs; open++) tab(watching, browser);
  },
});
