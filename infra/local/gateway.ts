import { timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { extname, join, normalize, sep } from 'node:path';
import type { Duplex } from 'node:stream';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';
import { contentSecurityPolicy, PERMISSIONS_POLICY } from '../content-security-policy.ts';
import { createEdgeCache } from './edge-cache.ts';
import { createRealtimeGateway, type RealtimeHandlers } from './realtime-gateway.ts';
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

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
  '.map': 'application/json',
};
/** What the distribution compresses, of what it is made of files. */
const COMPRESSED = new Set(['.html', '.js', '.css', '.svg', '.json', '.webmanifest', '.wasm', '.txt']);
const LOCAL_BODY_BYTES = 4_096;
/** What crowds ask for; as the distribution's behaviours have it. */
const CROWDS = /^\/stream\/[^/]+\/live$/;
/** https://fetch.spec.whatwg.org/#forbidden-method */
const FORBIDDEN_METHODS = new Set(['CONNECT', 'TRACE', 'TRACK']);
const WORKER_CONNECT_MS = 3_000;

const json = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
};

type Looks = { port: number; otherOrigins: string[]; framed?: boolean };

const securityHeaders = ({ port, otherOrigins, framed = false }: Looks): Record<string, string> => ({
  'content-security-policy': contentSecurityPolicy({
    framed,
    connect: [`ws://localhost:${port}`, ...otherOrigins],
    images: framed ? otherOrigins : ['https:', ...otherOrigins],
    media: otherOrigins,
  }),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'strict-origin-when-cross-origin',
  'permissions-policy': PERMISSIONS_POLICY,
});

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
  const isForUs = answersTo(parts.hostNames);
  const looks = { port, otherOrigins: parts.otherOrigins };
  const headers = securityHeaders(looks);
  const framedHeaders = securityHeaders({ ...looks, framed: true });

  const listener = (app: Pick<Hono, 'fetch'>) =>
    getRequestListener((request, bindings) => app.fetch(withoutEmptyBody(request), bindings));
  const edge = createEdgeCache();
  const listenerOfCrowds = (app: Pick<Hono, 'fetch'>) =>
    getRequestListener((request, bindings) => edge(request, (asked) => app.fetch(asked, bindings)));

  const isRoom = (name: string, rooms: Rooms): name is keyof Rooms => Object.hasOwn(rooms, name);

  /** Files of the build by name and time, compressed: each once. */
  const compressed = new Map<string, Promise<Buffer>>();
  const compress = (file: string, at: number): Promise<Buffer> => {
    const key = `${at} ${file}`;
    const known = compressed.get(key);
    if (known !== undefined) return known;
    const made = readFile(file).then((bytes) => promisify(gzip)(bytes));
    compressed.set(key, made);
    made.catch(() => compressed.delete(key));
    return made;
  };

  const serveFile = async (request: IncomingMessage, response: ServerResponse, file: string): Promise<boolean> => {
    const found = await stat(file).catch(() => undefined);
    if (!found?.isFile()) return false;
    const head = request.method === 'HEAD';
    const hashed = file.includes(`${sep}assets${sep}`);
    const isCompressible = COMPRESSED.has(extname(file));
    const packed =
      isCompressible && /\bgzip\b/.test(String(request.headers['accept-encoding']))
        ? await compress(file, found.mtimeMs)
        : undefined;
    response.writeHead(200, {
      ...headers,
      'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
      'content-length': packed?.length ?? found.size,
      ...(packed && { 'content-encoding': 'gzip' }),
      ...(isCompressible && { vary: 'accept-encoding' }),
      'cache-control': hashed ? 'public, max-age=31536000, immutable' : 'no-cache',
    });
    response.end(head ? undefined : (packed ?? (await readFile(file))));
    return true;
  };

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
      return json(response, 405, { error: 'method-not-allowed', message: 'Pages are only read.' });
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
      return json(response, 404, { error: 'not-found', message: 'There is nothing here.' });
    if (path !== '/' && (await serveFile(request, response, file))) return undefined;
    return servePage(request, response, path);
  };

  const authorized = (request: IncomingMessage): boolean => {
    const given = Buffer.from(request.headers.authorization ?? '');
    const wanted = Buffer.from(`Bearer ${parts.localSecret}`);
    return given.byteLength === wanted.byteLength && timingSafeEqual(given, wanted);
  };

  const readBody = async (request: IncomingMessage): Promise<unknown> => {
    let body = '';
    for await (const part of request) {
      body += String(part);
      if (body.length > LOCAL_BODY_BYTES) return undefined;
    }
    return JSON.parse(body);
  };

  /** SQS's `SendMessage`, as far as an ingest worker needs it: no page of another origin can send its headers. */
  const takeTask = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readBody(request);
    const message = typeof body === 'object' && body !== null && 'MessageBody' in body ? String(body.MessageBody) : '';
    if (!request.headers.authorization?.startsWith('AWS4-HMAC-SHA256 ') || message === '')
      return json(response, 403, { __type: 'AccessDenied' });
    await parts.controlPlane().takeTask(JSON.parse(message));
    return json(response, 200, { MessageId: '1' });
  };

  const issueToken = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (!authorized(request))
      return json(response, 403, { error: 'not-allowed', message: "This is for the platform's own scripts." });
    const asked = await readBody(request);
    if (asked === undefined) return json(response, 413, { error: 'body-too-large', message: 'That is too long.' });
    const login = typeof asked === 'object' && asked !== null && 'login' in asked ? String(asked.login) : '';
    const token = await parts.issueToken(login);
    return token
      ? json(response, 200, { token })
      : json(response, 404, { error: 'not-found', message: `There is no demo account ${login}.` });
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (!URL.canParse(request.url ?? '/', origin))
      return json(response, 400, { error: 'invalid-request', message: 'That request cannot be read.' });
    const url = new URL(request.url ?? '/', origin);
    const path = decodeURIComponent(url.pathname);
    if (path === '/healthz') {
      if (request.method !== 'GET' && request.method !== 'HEAD')
        return json(response, 405, { error: 'method-not-allowed', message: 'Health is only read.' });
      if (!url.searchParams.has('all')) return json(response, 200, { ok: true, version: parts.version });
      const services = await parts.services();
      return json(response, 200, { ok: services.every(({ healthy }) => healthy), version: parts.version, services });
    }
    if (path === '/' && request.method === 'POST' && request.headers['x-amz-target'] === 'AmazonSQS.SendMessage')
      return takeTask(request, response);
    if (path === '/_local/token' && request.method === 'POST') return issueToken(request, response);
    if (path.startsWith('/_local/@connections/')) return realtime.manage(request, response);
    if (path.startsWith('/_local/'))
      return json(response, 404, { error: 'not-found', message: 'There is nothing here.' });
    if (parts.uploads && path.startsWith('/s3/')) return parts.uploads.bucket(request, response, path.slice(3));
    if (parts.uploads && path.startsWith('/media/')) return parts.uploads.serve(request, response, path);
    const room = path.split('/')[1] ?? '';
    const { rooms } = parts.controlPlane();
    if (isRoom(room, rooms)) {
      // The fetch API, of which the rooms are made, knows no request of these; API Gateway lets none through either.
      if (FORBIDDEN_METHODS.has(request.method ?? ''))
        return json(response, 405, { error: 'method-not-allowed', message: 'That method is not for this.' });
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

  /** Hands a socket to the worker byte for byte, as a load balancer does; 503 where the worker is away. */
  const passToWorker = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const upstream = connect({ port: parts.workerPort, host: '127.0.0.1', timeout: WORKER_CONNECT_MS });
    const away = (): void => {
      upstream.destroy();
      socket.end(
        'HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
      );
    };
    upstream.once('error', away);
    upstream.once('timeout', away);
    upstream.once('connect', () => {
      upstream.off('error', away);
      upstream.off('timeout', away);
      upstream.setTimeout(0);
      upstream.setNoDelay(true);
      const lines = [`${request.method} ${request.url} HTTP/1.1`];
      for (let i = 0; i < request.rawHeaders.length; i += 2)
        lines.push(`${request.rawHeaders[i]}: ${request.rawHeaders[i + 1]}`);
      lines.push(`X-Forwarded-For: ${request.socket.remoteAddress ?? ''}`, 'X-Forwarded-Proto: http');
      upstream.write(`${lines.join('\r\n')}\r\n\r\n`);
      upstream.write(head);
      upstream.on('error', () => socket.destroy());
      socket.on('error', () => upstream.destroy());
      upstream.once('close', () => socket.destroy());
      socket.once('close', () => upstream.destroy());
      socket.pipe(upstream);
      upstream.pipe(socket);
    });
  };

  const server = createServer((request, response) => {
    response.once('finish', () => readOn(request));
    if (!isForUs(request.headers.host)) {
      response.writeHead(MISDIRECTED, { connection: 'close' }).end();
      return;
    }
    serve(request, response).catch((cause: unknown) => {
      if (cause instanceof URIError || cause instanceof SyntaxError)
        return json(response, 400, { error: 'invalid-request', message: 'That request cannot be read.' });
      log(`gateway: ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}`);
      if (response.headersSent) return response.destroy();
      return json(response, 500, { error: 'internal', message: 'Something went wrong on our side.' });
    });
  });
  server.on('upgrade', (request, socket, head) => {
    if (!isForUs(request.headers.host)) {
      socket.end(`HTTP/1.1 ${MISDIRECTED} Misdirected Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    if (path === '/realtime') void realtime.upgrade(request, socket, head);
    else if (path.startsWith('/stream/live/')) passToWorker(request, socket, head);
    else if (!('dev' in web)) socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
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
