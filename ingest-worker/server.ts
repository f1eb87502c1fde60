import { createServer, type IncomingMessage, type Server } from 'node:http';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { CLOSE, HEADER_BYTES, Rung, RUNG_PARAMETER, SUBPROTOCOL, UPLINK_TRIAL_PATH } from '#wire';
import { networkOf } from '#domain/network';
import type { Admission } from './admission.ts';
import { createHandshakes } from './handshakes.ts';
import { LIMITS, LOAD_UNITS } from './limits.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import type { IngestStore } from './session/lease.ts';
import type { Sessions } from './session/sessions.ts';
import { converse } from './socket.ts';
import { createTrials } from './trials.ts';
import type { Turns } from './turns.ts';
import { takeUplinkTrial } from './uplink-trial.ts';

type Parts = {
  store: Pick<IngestStore, 'redeem'>;
  sessions: Pick<Sessions, 'open' | 'resume' | 'has'>;
  admission: Admission;
  metrics: Metrics;
  turns: Turns;
  log: Log;
  /** Pages that may open a socket; a request without an Origin comes from no page. */
  allowedOrigins: string[];
  handshakesPerMinute?: number;
  /** How many proxies of ours stand before the one that connects to us. */
  trustedHops: number;
  clock: () => number;
  /** The same, less what the process stood still. */
  attendedClock: () => number;
};

export type IngestServer = {
  server: Server;
  /** From now on every new socket is sent elsewhere. */
  stopAdmitting(): void;
  /** Ends every connection; one that is being closed with a reason has its time for that. */
  close(): Promise<void>;
};

const PATH = /^\/(?:stream\/live\/)?([A-Za-z0-9_-]{16,128})$/;
const RETRY_SECONDS = 5;
const HTTP_LIMITS = {
  headersTimeout: LIMITS.requestMs,
  requestTimeout: LIMITS.requestMs,
  keepAliveTimeout: LIMITS.requestMs,
  connectionsCheckingInterval: LIMITS.requestMs / 10,
} as const;
const SOCKETS = {
  noServer: true,
  clientTracking: true,
  perMessageDeflate: false,
  // Answered by us, because pings count.
  autoPong: false,
  // Each piece of an unfinished message is held as an object of some 300 B, however little is in it.
  maxBufferedChunks: LIMITS.messagePieces,
  maxFragments: LIMITS.messageFragments,
} as const;
const RUNG_UNITS = {
  webcodecs: LOAD_UNITS.copy,
  'recorder-copy': LOAD_UNITS.copy,
  'recorder-copy-video': LOAD_UNITS['copy-video'],
  'recorder-transcode': LOAD_UNITS.transcode,
} as const satisfies Record<Rung, number>;

/** The worker's one port: sockets of publishers, and what load balancers and monitors ask (SPEC §W, §L). */
export const createIngestServer = (parts: Parts): IngestServer => {
  const { store, admission, metrics, turns, log, clock, attendedClock } = parts;
  const origins = new Set(parts.allowedOrigins);
  const handshakes = createHandshakes({ perMinute: parts.handshakesPerMinute ?? LIMITS.handshakesPerMinute, clock });
  let admitting = true;
  /** When the table was last asked in vain, and has not answered since. */
  let unansweredMs: number | undefined;
  /** Connections that are no web sockets (yet), oldest first. */
  const waiting = new Set<Duplex>();
  const trials = createTrials({ clock });

  /** Whether somebody who comes now would be let in. */
  const isReady = (): boolean => {
    const answers = unansweredMs === undefined || clock() - unansweredMs > LIMITS.unreadyMs;
    return admitting && admission.open && answers;
  };

  const server = createServer(HTTP_LIMITS, (request, response) => {
    const answer = (status: number, type: string, body: string) => {
      response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
    };
    const path = request.url?.split('?')[0];
    if (request.method !== 'GET') return answer(405, 'text/plain', 'only GET');
    if (path === '/healthz') return answer(200, 'application/json', '{"ok":true}');
    if (path === '/readyz') {
      const ready = isReady();
      return answer(ready ? 200 : 503, 'application/json', JSON.stringify({ ready }));
    }
    if (path === '/metrics' && isAskedHere(request))
      return answer(200, 'text/plain; version=0.0.4', metrics.prometheus());
    return answer(404, 'text/plain', 'not found');
  });
  server.on('clientError', (_, socket) => socket.destroy());
  server.on('connection', (socket) => {
    waiting.add(socket);
    socket.once('close', () => waiting.delete(socket));
    // An honest handshake is done in an instant, so the oldest is none.
    if (waiting.size > LIMITS.waitingConnections) waiting.values().next().value?.destroy();
  });

  const sockets = new WebSocketServer({
    ...SOCKETS,
    // Twice what is taken, so that a frame a little too large is refused by its own reason and not by the protocol's.
    maxPayload: 2 * LIMITS.frameBytes + HEADER_BYTES,
    handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  });
  const trialSockets = new WebSocketServer({ ...SOCKETS, maxPayload: LIMITS.trialBytes });

  const turnAway = (socket: Duplex, status: string, headers: Record<string, string | number> = {}): void => {
    metrics.turnedAway(status);
    const lines = Object.entries({ connection: 'close', 'content-length': 0, ...headers });
    socket.end(`HTTP/1.1 ${status}\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`);
  };

  /** A page cannot tell a refused upgrade from a network that is broken, and its person would look for the fault there. */
  const tellFull = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    metrics.turnedAway('overloaded');
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      waiting.delete(socket);
      webSocket.on('error', () => webSocket.terminate());
      webSocket.close(CLOSE.overloaded.code, 'overloaded');
    });
  };

  const tryUplink = (request: IncomingMessage, socket: Duplex, head: Buffer, network: string): void => {
    const trial = trials.begin(network, () => socket.destroy());
    if (!trial) return turnAway(socket, '503 Service Unavailable', { 'retry-after': RETRY_SECONDS });
    socket.once('close', trial.over);
    trialSockets.handleUpgrade(request, socket, head, (webSocket) => {
      waiting.delete(socket);
      takeUplinkTrial(webSocket);
    });
  };

  const upgrade = async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    const [path = '', query = ''] = (request.url ?? '').split('?');
    const key = PATH.exec(path)?.[1];
    const isTrial = path === UPLINK_TRIAL_PATH;
    if (!key && !isTrial) return turnAway(socket, '404 Not Found');
    const { origin } = request.headers;
    if (origin !== undefined && !origins.has(origin)) return turnAway(socket, '403 Forbidden');
    const network = networkFrom(request, parts.trustedHops);
    if (!handshakes.allow(network)) return turnAway(socket, '429 Too Many Requests', { 'retry-after': RETRY_SECONDS });
    if (!admitting) return turnAway(socket, '503 Service Unavailable', { 'retry-after': RETRY_SECONDS });
    if (!key) return tryUplink(request, socket, head, network);
    const redeemed = await store.redeem(key, Date.now()).catch((cause: unknown) => {
      unansweredMs = clock();
      log.error('key not redeemed', { cause: cause instanceof Error ? cause.message : String(cause) });
      return undefined;
    });
    if (redeemed) unansweredMs = undefined;
    const rung = Rung.safeParse(new URLSearchParams(query).get(RUNG_PARAMETER));
    const units = rung.success ? RUNG_UNITS[rung.data] : LOAD_UNITS.transcode;
    // A feed that is here already has its room: its client must get back in however full the worker is.
    const isHere = redeemed?.redeemed === true && parts.sessions.has(redeemed.streamId);
    const reservation = redeemed && admitting && !socket.destroyed ? admission.reserve(isHere ? 0 : units) : undefined;
    if (redeemed?.redeemed && !reservation && speaksOurs(request)) return tellFull(request, socket, head);
    if (!redeemed || !reservation) return turnAway(socket, '503 Service Unavailable', { 'retry-after': RETRY_SECONDS });
    // A handshake that is malformed, or whose peer has gone, never becomes a web socket, and nobody is told: only its end is sure.
    const release = () => reservation.release();
    socket.once('close', release);
    // A browser sees no reason behind a refused upgrade, so the socket is opened to be closed with one.
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      socket.off('close', release);
      waiting.delete(socket);
      converse({ webSocket, redeemed, reservation, sessions: parts.sessions, turns, log, clock: attendedClock });
    });
  };

  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    void upgrade(request, socket, head);
  });

  return {
    server,
    stopAdmitting: () => {
      admitting = false;
    },
    close: async () => {
      admitting = false;
      const parting = [...sockets.clients].filter(({ readyState, CLOSING }) => readyState === CLOSING);
      for (const webSocket of sockets.clients) if (!parting.includes(webSocket)) webSocket.terminate();
      for (const webSocket of trialSockets.clients) webSocket.terminate();
      await Promise.all(parting.map((webSocket) => new Promise((resolve) => webSocket.once('close', resolve))));
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
    },
  };
};

/**
 * Whether somebody asks who knows this worker by an address of its own, as a monitor does: not through the balancer, and not a page
 * whose name its owner has given our address (DNS rebinding). A name without a dot is nobody's on the internet.
 */
const isAskedHere = ({ headers }: IncomingMessage): boolean => {
  const host = (headers.host ?? '').replace(/:\d{1,5}$/, '').replace(/^\[(.*)\]$/, '$1');
  return headers['x-forwarded-for'] === undefined && (isIP(host) !== 0 || /^[\w-]+$/.test(host));
};

/** Whether it is of a client that hears why a socket is closed. */
const speaksOurs = ({ headers }: IncomingMessage): boolean =>
  (headers['sec-websocket-protocol'] ?? '').split(',').some((offered) => offered.trim() === SUBPROTOCOL);

/**
 * The network that a handshake is from. Every proxy appends whom it heard from, so that the last address is whom the balancer saw: behind
 * CloudFront that is CloudFront, and the one before it is the client. What stands further left the client may have made up.
 */
const networkFrom = (request: IncomingMessage, trustedHops: number): string => {
  const forwarded = [request.headers['x-forwarded-for'] ?? []]
    .flat()
    .flatMap((line) => line.split(','))
    .map((address) => address.trim())
    .filter((address) => address !== '');
  return networkOf(forwarded.at(-1 - trustedHops) ?? forwarded[0] ?? request.socket.remoteAddress ?? '');
};
