import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile, stat } from 'node:fs/promises';
import { Agent, type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { SUBPROTOCOL } from '#wire';
import { makePlace, runCommand, startCommand } from './platform.testing.ts';

/** What strangers send to a running platform, and that it goes on: the refusals are those of ingest-worker/SPEC.md. */
const JPEG = Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex');
const HELLO = JSON.stringify({
  type: 'hello',
  version: 1,
  media: {
    container: 'webm',
    videoCodec: 'vp8',
    audioCodec: 'opus',
    width: 640,
    height: 360,
    frameRate: 30,
    videoKbps: 2_500,
    audioKbps: 128,
  },
});

let platform: Awaited<ReturnType<typeof startCommand>>;
let place: Awaited<ReturnType<typeof makePlace>>;
let call: (method: string, path: string, body?: object) => Promise<{ status: number; body: Record<string, any> }>;

beforeAll(async () => {
  place = await makePlace();
  platform = await startCommand(place.environment);
  const { said } = await runCommand('token.mjs', ['asha'], place.environment);
  call = async (method, path, body) => {
    const answer = await fetch(`${platform.origin}${path}`, {
      method,
      headers: { authorization: `Bearer ${said.trim()}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, any> };
  };
  await call('GET', '/auth/session');
});
afterAll(async () => {
  await platform.kill('SIGTERM');
  await place.remove();
});

/** The status of a post of so many letters, asked for on a connection of this agent. */
const posted = async (agent: Agent, letters: number): Promise<number | undefined> => {
  const body = JSON.stringify({ text: 'x'.repeat(letters) });
  const asked = request(`${platform.origin}/posts`, {
    method: 'POST',
    agent,
    headers: { 'content-type': 'application/json', 'content-length': body.length },
  });
  asked.end(body);
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  for await (const _ of answer);
  return answer.statusCode;
};

/** A show with a fresh key, ended once `use` is done with it. */
const withShow = async <T>(use: (url: string, id: string) => Promise<T>): Promise<T> => {
  const { status, body } = await call('POST', '/stream/create', { title: 'bad input' });
  expect(status, JSON.stringify(body)).toBe(201);
  try {
    return await use(body['ingest'].url, body['stream'].id);
  } finally {
    await call('POST', `/stream/${body['stream'].id}/end`);
  }
};

const dial = (url: string, v1: boolean): WebSocket => {
  const socket = new WebSocket(url, v1 ? [SUBPROTOCOL] : [], { origin: platform.origin });
  socket.on('error', () => {});
  return socket;
};

const closing = async (socket: WebSocket): Promise<[number, string]> => {
  const [code, reason] = await once(socket, 'close');
  return [Number(code), String(reason)];
};

const healthy = async (): Promise<void> => {
  const answer = await fetch(`${platform.origin}/healthz?all`);
  expect((await answer.json()) as object).toMatchObject({ ok: true });
};

describe.each([
  ['v1', true],
  ['plain', false],
] as const)('a %s client', (_, v1) => {
  it('[W3] with a wrong key is refused by name', async () => {
    const url = `ws://localhost:${place.environment['PORT']}/stream/live/${'x'.repeat(32)}`;
    expect(await closing(dial(url, v1))).toEqual([4003, expect.stringContaining('unknown')]);
  });

  it('[W3] with a used key is refused by name, and the show that used it goes on', async () => {
    await withShow(async (url) => {
      const first = dial(url, v1);
      await once(first, 'open');
      expect(await closing(dial(url, v1))).toEqual([4003, expect.stringContaining('unknown')]);
      expect(first.readyState).toBe(WebSocket.OPEN);
      first.close();
    });
  });

  it('[W17] with a JPEG instead of a recording hears what was wanted', async () => {
    await withShow(async (url) => {
      const socket = dial(url, v1);
      await once(socket, 'open');
      const ended = closing(socket);
      if (v1) {
        socket.send(HELLO);
        await once(socket, 'message');
        const header = Buffer.alloc(20);
        header.writeUInt8(1, 0);
        header.writeUInt8(1, 1);
        header.writeUInt32BE(1, 4);
        socket.send(Buffer.concat([header, JPEG]));
      } else socket.send(JPEG);
      expect(await ended).toEqual([4001, expect.stringContaining('neither Matroska, WebM nor MP4')]);
    });
  });

  it('[L1] with a frame of 100 MB is cut off unread', async () => {
    await withShow(async (url) => {
      const socket = dial(url, v1);
      await once(socket, 'open');
      const ended = closing(socket);
      if (v1) socket.send(HELLO);
      socket.send(Buffer.alloc(100 * 1024 * 1024));
      // Bytes that nobody reads may reset the connection before the close frame is seen.
      expect([1006, 1009]).toContain((await ended)[0]);
    });
    await healthy();
  });
});

it('[W13] text instead of media is malformed', async () => {
  await withShow(async (url) => {
    const socket = dial(url, false);
    await once(socket, 'open');
    socket.send('hello?');
    expect(await closing(socket)).toEqual([4000, expect.stringContaining('malformed-message')]);
  });
});

it('[W6] half of a media header is malformed', async () => {
  await withShow(async (url) => {
    const socket = dial(url, true);
    await once(socket, 'open');
    socket.send(HELLO);
    await once(socket, 'message');
    socket.send(Buffer.from([1, 0, 0, 0, 0, 0]));
    expect(await closing(socket)).toEqual([4000, expect.stringContaining('not a media frame')]);
  });
});

describe('a webhook', () => {
  const body = JSON.stringify({
    type: 'video.live_stream.active',
    id: 'e',
    created_at: new Date().toISOString(),
    data: {},
  });
  const post = async (signature: string | undefined) => {
    const answer = await fetch(`${platform.origin}/webhooks/mux`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(signature !== undefined && { 'mux-signature': signature }) },
      body,
    });
    return { status: answer.status, error: ((await answer.json()) as { error: string }).error };
  };
  const signed = async (at: number): Promise<string> => {
    const secrets = JSON.parse(await readFile(join(place.dataDir, 'secrets.json'), 'utf8')) as {
      muxWebhookSecret: string;
    };
    return `t=${at},v1=${createHmac('sha256', secrets.muxWebhookSecret).update(`${at}.${body}`).digest('hex')}`;
  };
  const now = (): number => Math.floor(Date.now() / 1_000);

  it('without a signature is refused', async () => {
    expect(await post(undefined)).toEqual({ status: 400, error: 'signature-invalid' });
  });
  it('with a bad signature is refused', async () => {
    expect(await post(`t=${now()},v1=${'0'.repeat(64)}`)).toEqual({ status: 400, error: 'signature-invalid' });
  });
  it.each([-3_600, 3_600])('with a stamp %i seconds from now is refused', async (seconds) => {
    expect(await post(await signed(now() + seconds))).toEqual({ status: 400, error: 'signature-invalid' });
  });
});

it('a method that no room can have is refused', async () => {
  const asked = request(`${platform.origin}/users/asha`, { method: 'TRACE' }).end();
  const [answer] = await once(asked, 'response');
  expect(answer.statusCode).toBe(405);
  answer.resume();
});

describe('a body that is longer than any may be', () => {
  it('is answered, and so is what comes after it on the same connection', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const statuses: (number | undefined)[] = [];
    for (const letters of [10, 70_000, 2_000_000, 70_000, 10]) statuses.push(await posted(agent, letters));
    agent.destroy();
    expect(statuses).toEqual([401, 413, 413, 413, 401]);
  });
});

describe('a request outside the rooms', () => {
  it.each([
    ['GET', '//', 400, 'invalid-request'],
    ['GET', '/%ff', 400, 'invalid-request'],
    ['POST', '/healthz', 405, 'method-not-allowed'],
    ['GET', '/_local/nothing', 404, 'not-found'],
    ['GET', '/..%2f..%2fpackage.json', 404, 'not-found'],
    ['DELETE', '/', 405, 'method-not-allowed'],
  ])('%s %s: %i %s', async (method, path, status, error) => {
    const answer = await fetch(`${platform.origin}${path}`, { method });
    expect([answer.status, await answer.json()]).toEqual([status, { error, message: expect.any(String) }]);
  });
});

/** A file of the build as it is on the wire. */
const filed = async (path: string, headers: Record<string, string>) => {
  const asked = request(`${platform.origin}${path}`, { headers });
  asked.end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  return { headers: answer.headers, bytes: Buffer.concat(await answer.toArray()) };
};

it('a file of the site is compressed for who takes it, as the distribution does', async () => {
  const document = (await filed('/', {})).bytes.toString();
  const [path = ''] = /\/assets\/shared-[^"]+\.js/.exec(document) ?? [];
  const plain = await filed(path, {});
  const packed = await filed(path, { 'accept-encoding': 'br, gzip' });
  expect(plain.headers['content-encoding']).toBeUndefined();
  expect(packed.headers).toMatchObject({
    'content-encoding': 'gzip',
    'content-length': String(packed.bytes.length),
    vary: 'accept-encoding',
  });
  expect(packed.bytes.length).toBeLessThan(plain.bytes.length / 2);
  expect(gunzipSync(packed.bytes)).toEqual(plain.bytes);
});

it('and after all of that the platform goes on', async () => {
  await healthy();
});

describe('a page elsewhere that has given its own name our address', () => {
  const ask = (port: string | undefined, headers: Record<string, string>, path = '/healthz') =>
    new Promise<number | undefined>((settle, fail) => {
      const asked = request({ host: '127.0.0.1', port, path, headers });
      asked.once('response', (answer) => settle(answer.resume().statusCode));
      asked.once('error', fail);
      asked.end();
    });
  const socket = {
    upgrade: 'websocket',
    connection: 'Upgrade',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'x',
  };

  it.each(['PORT', 'MUX_PORT', 'DYNAMODB_PORT'])('reads nothing on %s', async (variable) => {
    const port = place.environment[variable];
    for (const host of ['elsewhere.example', `elsewhere.example:${port}`, 'localhost.elsewhere.example'])
      expect(await ask(port, { host }), host).toBe(421);
    for (const host of ['localhost', `127.0.0.1:${port}`, `[::1]:${port}`])
      expect(await ask(port, { host }), host).toBe(200);
  });

  it('opens no socket', async () => {
    for (const path of ['/realtime', '/stream/live/none'])
      expect(await ask(place.environment['PORT'], { ...socket, host: 'elsewhere.example' }, path), path).toBe(421);
  });
});

describe('somebody else with an account on this machine', () => {
  const everything = async (folder: string): Promise<string[]> => {
    const found = await readdir(folder, { withFileTypes: true });
    const inner = found.map((entry) => join(folder, entry.name));
    const deeper = found.filter((entry) => entry.isDirectory()).map((entry) => everything(join(folder, entry.name)));
    return [folder, ...inner, ...(await Promise.all(deeper)).flat()];
  };

  it('reads no file of the platform', async () => {
    const paths = await everything(place.dataDir);
    expect(paths.length).toBeGreaterThan(10);
    const modes = await Promise.all(paths.map(async (path) => [path, (await stat(path)).mode & 0o077] as const));
    expect(modes.filter(([, mode]) => mode !== 0)).toEqual([]);
  });
});
