import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';
import { contentSecurityPolicy, PERMISSIONS_POLICY } from '../content-security-policy.ts';
import { answerJson } from './answer-json.ts';
import { createEdgeCache } from './edge-cache.ts';
import { createLocalRoutes } from './local-routes.ts';
import { createRealtimeGateway, type RealtimeHandlers } from './realtime-gateway.ts';
import { createStaticFiles } from './static-files.ts';
import { refuseUpgrade } from './refuse-upgrade.ts';
import { passToWorker } from './worker-proxy.ts';
import { answersTo, MISDIRECTED } from '#stand-ins/hosts';
import type { Uploads } from '#stand-ins/uploads/uploads';

/** The part of the path that names a room, as API Gateway's routes do. */
export type Rooms = Record<
  'auth' | 'users' | 'posts' | 'stream' | 'reports' | 'webhooks' | 'search' | 'oembed',
  Pick<Hono, 'fetch'>
>;

/** `pages` has every path that is no room's and no file's. */
export type ControlPlane = {
  rooms: Rooms;
  pages: Pick<Hono, 'fetch'>;
  realtime: RealtimeHandlers;
  /** Takes work that another process hands over; throws where it is none. */
  takeTask: (message: unknown) => Promise<void>;
};

export type ServiceHealth = {
  name: string;
  address: string;
  version: string;
  healthy: boolean;
  because?: string;
  uptimeSeconds: number;
};

/** Vite in middleware mode: serves the sources and holds the socket by which it reloads pages. */
export type DevServer = {
  middlewares: (request: IncomingMessage, response: ServerResponse, next: (cause?: unknown) => void) => void;
};

type Parts = {
  port: number;
  /** Where it listens; in a container, all of its addresses. @default the loopback interface */
  host?: string;
  /** What others call it, beside this machine's own names: it answers to no other `Host`. */
  hostNames?: string[];
  version: string;
  /** Asked at every request, so that `npm run dev` may exchange it. */
  controlPlane: () => ControlPlane;
  workerPort: number;
  /** The built web app; or, in dev, Vite, whose socket shares our server. */
  web: { dist: string } | { dev: (server: Server) => Promise<DevServer> };
  /** Origins beside ours that a page may connect to, load media and images from, or send a form to. */
  otherOrigins: string[];
  /** The bucket under `/s3/`, and what is in it under `/media/`. @default nothing can be uploaded */
  uploads?: Uploads;
  services: () => Promise<ServiceHealth[]>;
  issueToken: (login: string) => Promise<string | undefined>;
  /** Opens the routes under `/_local`. */
  localSecret: string;
  log: (line: string) => void;
};

/** What crowds ask for; as the distribution's behaviours have it. */
const CROWDS = /^\/stream\/[^/]+\/live$/;
/** https://fetch.spec.whatwg.org/#forbidden-method */
const FORBIDDEN_METHODS = new Set(['CONNECT', 'TRACE', 'TRACK']);

type Looks = { port: number; otherOrigins: string[]; styleElements: boolean; framed?: boolean };

const securityHeaders = ({ port, otherOrigins, styleElements, framed = false }: Looks): Record<string, string> => ({
  'content-security-policy': contentSecurityPolicy({
    framed,
    styleElements,
    connect: [`ws://localhost:${port}`, ...otherOrigins],
    images: framed ? otherOrigins : ['https:', ...otherOrigins],
    media: otherOrigins,
  }),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'strict-origin-when-cross-origin',
  'permissions-policy': PERMISSIONS_POLICY,
});

const isRoom = (name: string, rooms: Rooms): name is keyof Rooms => Object.hasOwn(rooms, name);

/** What Vite has in dev: files, and its own scripts. Its answer to a page would be the document as it is. */
const isVites = (path: string): boolean =>
  (extname(path) !== '' && !ROOM_FILES.test(path)) || /^\/(@vite|@id|@fs|src|node_modules|__)/.test(path);
const ROOM_FILES = /^\/(robots\.txt|sitemap\.xml|@[^/]+\/(feed\.atom|shows\.ics))$/;

/**
 * A request that announces no body has none (RFC 9112, 6.3), and API Gateway hands none on; the adapter gives every PUT and
 * DELETE an empty one.
 */
const withoutEmptyBody = (request: Request): Request => {
  const { method, headers, signal, url } = request;
  const announced = headers.has('transfer-encoding') || Number(headers.get('content-length') ?? 0) > 0;
  return announced ? request : new Request(url, { method, headers, signal });
};

/**
 * Reads and forgets what is left of a body that was refused, so that the connection's next request is read. The listener of
 * Hono's server means to do so, but the web stream that it makes of a body holds the socket back once nobody reads that
 * stream; then its own time-out (500 ms) cuts the connection under the next request.
 */
const readOn = (request: IncomingMessage): void => {
  if (request.complete) return;
  request.removeAllListeners('data');
  request.resume();
};

/**
 * The one origin: what CloudFront, API Gateway and the load balancer are to a deployed Vybzz. Serves the web app, hands the
 * API's paths to the very Hono apps that the Lambdas wrap, `/realtime` to the WebSocket-API emulation, `/stream/live/*` to the
 * ingest worker, and `/s3/` and `/media/` to the bucket of uploaded files.
 */
export const startGateway = async (parts: Parts) => {
  const { port, log } = parts;
  const origin = `http://localhost:${port}`;
  const realtime = createRealtimeGateway({ handlers: () => parts.controlPlane().realtime, log });
  const local = createLocalRoutes({ ...parts, takeTask: (message) => parts.controlPlane().takeTask(message) });
  const isForUs = answersTo(parts.hostNames);
  const looks = { port, otherOrigins: parts.otherOrigins, styleElements: 'dev' in parts.web };
  const headers = securityHeaders(looks);
  const serveFile = createStaticFiles({ headers });
  const framedHeaders = securityHeaders({ ...looks, framed: true });

  const listener = (app: Pick<Hono, 'fetch'>) =>
    getRequestListener((request, bindings) => app.fetch(withoutEmptyBody(request), bindings));
  const edge = createEdgeCache();
  const listenerOfCrowds = (app: Pick<Hono, 'fetch'>) =>
    getRequestListener((request, bindings) => edge(request, (asked) => app.fetch(asked, bindings)));

  /** The room of pages; what a browser may do with them is said here, as the distribution says it. */
  const servePage = async (request: IncomingMessage, response: ServerResponse, path: string): Promise<void> => {
    await getRequestListener(async (asked, bindings) => {
      const page = await parts.controlPlane().pages.fetch(withoutEmptyBody(asked), bindings);
      const answer = new Response(page.body, page);
      for (const [name, value] of Object.entries(path.startsWith('/embed/') ? framedHeaders : headers))
        answer.headers.set(name, value);
      return answer;
    })(request, response);
  };

  const serveWeb = async (request: IncomingMessage, response: ServerResponse, path: string): Promise<void> => {
    const head = request.method === 'HEAD';
    if (request.method !== 'GET' && !head)
      return answerJson(response, 405, { error: 'method-not-allowed', message: 'Pages are only read.' });
    if ('dev' in web) {
      if (isVites(path)) {
        for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
        return web.dev.middlewares(request, response, () => void servePage(request, response, path));
      }
      return servePage(request, response, path);
    }
    const { dist } = web;
    const file = normalize(join(dist, path));
    if (file !== dist && !file.startsWith(`${dist}${sep}`))
      return answerJson(response, 404, { error: 'not-found', message: 'There is nothing here.' });
    if (path !== '/' && (await serveFile(request, response, file))) return undefined;
    return servePage(request, response, path);
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (!URL.canParse(request.url ?? '/', origin))
      return answerJson(response, 400, { error: 'invalid-request', message: 'That request cannot be read.' });
    const url = new URL(request.url ?? '/', origin);
    const path = decodeURIComponent(url.pathname);
    if (path === '/healthz') {
      if (request.method !== 'GET' && request.method !== 'HEAD')
        return answerJson(response, 405, { error: 'method-not-allowed', message: 'Health is only read.' });
      if (!url.searchParams.has('all')) return answerJson(response, 200, { ok: true, version: parts.version });
      const services = await parts.services();
      return answerJson(response, 200, {
        ok: services.every(({ healthy }) => healthy),
        version: parts.version,
        services,
      });
    }
    if (path === '/' && request.method === 'POST' && request.headers['x-amz-target'] === 'AmazonSQS.SendMessage')
      return local.takeTask(request, response);
    if (path === '/_local/token' && request.method === 'POST') return local.issueToken(request, response);
    if (path.startsWith('/_local/@connections/')) return realtime.manage(request, response);
    if (path.startsWith('/_local/'))
      return answerJson(response, 404, { error: 'not-found', message: 'There is nothing here.' });
    if (parts.uploads && path.startsWith('/s3/')) return parts.uploads.bucket(request, response, path.slice(3));
    if (parts.uploads && path.startsWith('/media/')) return parts.uploads.serve(request, response, path);
    const room = path.split('/')[1] ?? '';
    const { rooms } = parts.controlPlane();
    if (isRoom(room, rooms)) {
      // The fetch API, of which the rooms are made, knows no request of these; API Gateway lets none through either.
      if (FORBIDDEN_METHODS.has(request.method ?? ''))
        return answerJson(response, 405, { error: 'method-not-allowed', message: 'That method is not for this.' });
      const isCrowds = request.method === 'GET' && CROWDS.test(path);
      return (isCrowds ? listenerOfCrowds : listener)(rooms[room])(request, response);
    }
    // The sign-in's redirect and the realtime socket are bound to one name of this machine.
    if (
      request.method === 'GET' &&
      request.headers.host === `127.0.0.1:${port}` &&
      request.headers.accept?.includes('text/html')
    ) {
      response.writeHead(307, { location: `${origin}${request.url ?? '/'}` });
      response.end();
      return;
    }
    return serveWeb(request, response, path);
  };

  const server = createServer((request, response) => {
    response.once('finish', () => readOn(request));
    if (!isForUs(request.headers.host)) {
      response.writeHead(MISDIRECTED, { connection: 'close' }).end();
      return;
    }
    serve(request, response).catch((cause: unknown) => {
      if (cause instanceof URIError || cause instanceof SyntaxError)
        return answerJson(response, 400, { error: 'invalid-request', message: 'That request cannot be read.' });
      log(`gateway: ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}`);
      if (response.headersSent) return response.destroy();
      return answerJson(response, 500, { error: 'internal', message: 'Something went wrong on our side.' });
    });
  });
  server.on('upgrade', (request, socket, head) => {
    // whoever asks for another protocol has a socket that nobody listens to any more: what breaks it would break us
    socket.on('error', () => socket.destroy());
    if (!isForUs(request.headers.host)) return refuseUpgrade(socket, `${MISDIRECTED} Misdirected Request`);
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    if (path === '/realtime') return void realtime.upgrade(request, socket, head);
    if (path.startsWith('/stream/live/')) return passToWorker(parts.workerPort, request, socket, head);
    // in dev the others are Vite's
    if (!('dev' in web)) refuseUpgrade(socket, '404 Not Found');
    return undefined;
  });
  const web = 'dev' in parts.web ? { dev: await parts.web.dev(server) } : parts.web;
  server.listen(port, parts.host ?? '127.0.0.1');
  await once(server, 'listening');

  return {
    origin,
    server,
    close: async (): Promise<void> => {
      const closed = new Promise((done) => server.close(done));
      await realtime.close();
      server.closeAllConnections();
      await closed;
    },
  };
};
