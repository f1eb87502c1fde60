import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { asServiceError, tooLarge, unknownOperation, unreadable, unsigned } from './faults.ts';
import { createGate } from './gate.ts';
import { answersTo, MISDIRECTED } from '../hosts.ts';
import { itemOperations } from './items.ts';
import { openLevel } from './level.ts';
import type { Operation, Room } from './operation.ts';
import { tableOperations } from './tables.ts';
import { sweepExpired, timeToLiveOperations } from './time-to-live.ts';
import { forgetTokens, transactionOperations } from './transactions.ts';

/**
 * DynamoDB's own limit of a request is 16 MiB. Of its levels: the 32 that attributes may nest are two each in JSON, and
 * a transaction is a few around them; far more than those is no request at all.
 */
export const LIMITS = { bodyBytes: 16 * 1024 * 1024, bodyLevels: 200, drainMs: 5_000, sweepMs: 60_000 } as const;

const TARGET = /^DynamoDB_20120810\.(\w+)$/;
const JSON_TYPE = 'application/x-amz-json-1.0';

type TableOptions = {
  /** 0 takes a free one. */
  port: number;
  /** What others call it, beside this machine's own names. */
  hostNames?: string[];
  /** @default in memory */
  dataDir?: string;
  log?: (line: string) => void;
  /** Milliseconds since 1970. @default Date.now */
  now?: () => number;
};

/** Starts the embedded DynamoDB on the loopback interface. */
export async function startTable({ port, hostNames, dataDir, log = () => {}, now = Date.now }: TableOptions) {
  const room: Room = { ...(await openLevel(dataDir)), gate: createGate(), now };
  const operations = new Map<string, Operation>(
    Object.entries({
      ...tableOperations(room),
      ...itemOperations(room),
      ...transactionOperations(room),
      ...timeToLiveOperations(room),
    }),
  );

  const isForUs = answersTo(hostNames);
  const server = createServer((request, response) => {
    // A caller that hangs up has nobody to be told; both would otherwise end the process.
    request.on('error', () => {});
    response.on('error', () => {});
    if (!isForUs(request.headers.host)) return send(response, MISTAKEN, server.listening);
    handle(operations, request).then(
      (answer) => send(response, answer, server.listening),
      (fault: unknown) => {
        log(`table: ${fault instanceof Error ? fault.stack : String(fault)}`);
        send(response, INTERNAL, server.listening);
      },
    );
  });
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    await room.level.close();
    throw error;
  }

  const sweep = async () => {
    await forgetTokens(room);
    return sweepExpired(room);
  };
  let sweeping: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    sweeping = sweeping.then(sweep).catch((fault: unknown) => log(`table: the sweep failed: ${String(fault)}`));
  }, LIMITS.sweepMs);
  timer.unref();

  const stop = async () => {
    clearInterval(timer);
    const impatience = setTimeout(() => server.closeAllConnections(), LIMITS.drainMs);
    await new Promise((closed) => server.close(closed));
    clearTimeout(impatience);
    await sweeping;
    await room.gate.exclusive(() => room.level.close());
  };
  let stopping: Promise<void> | undefined;

  const address = server.address();
  const boundPort = typeof address === 'object' && address ? address.port : port;
  return {
    url: `http://127.0.0.1:${boundPort}`,
    port: boundPort,
    /** Deletes what has expired and says how many items that were. It runs by itself once a minute. */
    sweepExpired: sweep,
    /** Answers what is under way, then closes the store. */
    close: () => (stopping ??= stop()),
  };
}

type Answer = { statusCode: number; body: object };

const MISTAKEN: Answer = {
  statusCode: MISDIRECTED,
  body: { message: 'The table answers to this machine’s own names' },
};

const INTERNAL: Answer = {
  statusCode: 500,
  body: { __type: 'com.amazon.coral.service#InternalServerError', message: 'The table failed; see its log' },
};

async function handle(operations: Map<string, Operation>, request: IncomingMessage): Promise<Answer> {
  try {
    return { statusCode: 200, body: await answer(operations, request) };
  } catch (error) {
    const refusal = asServiceError(error);
    if (!refusal) throw error;
    return { statusCode: refusal.statusCode, body: refusal.body };
  }
}

async function answer(operations: Map<string, Operation>, request: IncomingMessage): Promise<object> {
  if (request.method === 'GET' && (request.url === '/' || request.url === '/healthz')) return { ok: true };
  // A page of another origin cannot send this type without asking first, and nobody here would say yes.
  if (request.method !== 'POST' || request.headers['content-type'] !== JSON_TYPE) throw unknownOperation();
  const operation = operations.get(TARGET.exec(String(request.headers['x-amz-target']))?.[1] ?? '');
  if (!operation) throw unknownOperation();
  if (!request.headers.authorization?.startsWith('AWS4-')) throw unsigned();
  return operation(parseBody(await readBody(request)));
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.length;
    if (bytes > LIMITS.bodyBytes) throw tooLarge(LIMITS.bodyBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseBody(text: string): object {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null && !Array.isArray(body) && isWithin(body, LIMITS.bodyLevels))
      return body;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw unreadable();
}

/** Level by level and not by recursion, since whoever nests 10,000 levels means to use the stack up. */
function isWithin(body: object, levels: number): boolean {
  let level: object[] = [body];
  for (let count = 0; level.length > 0; count += 1) {
    if (count === levels) return false;
    level = level.flatMap((outer): object[] =>
      Object.values(outer).filter((inner) => typeof inner === 'object' && inner),
    );
  }
  return true;
}

function send(response: ServerResponse, { statusCode, body }: Answer, staying: boolean) {
  const text = JSON.stringify(body);
  response.writeHead(statusCode, {
    'content-type': JSON_TYPE,
    'content-length': Buffer.byteLength(text),
    'x-amzn-requestid': randomUUID(),
    // What is left of a body that was refused halfway is not read; and a caller who keeps its connection holds up `close`.
    ...(staying && statusCode !== 413 ? {} : { connection: 'close' }),
  });
  response.end(text);
}
