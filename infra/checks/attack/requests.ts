import { once } from 'node:events';
import { connect } from 'node:net';
import type { AttackCase } from './attack-case.ts';
import { type PlatformBed, statusOf } from '../lib/platform-bed.ts';

type Case = AttackCase<PlatformBed>;
const REFUSED = ['400', '421', '403', '404', '405', '413', '414', '431', '501', '505', 'closed'];

/** Servers of the platform that a page elsewhere could reach by giving its name this machine's address. */
const SERVERS = { gateway: 'PORT', identity: 'IDENTITY_PORT', Mux: 'MUX_PORT', table: 'DYNAMODB_PORT' } as const;
const FOREIGN_HOSTS = ['evil.example', 'evil.example:3000', 'localhost.evil.example', '127.0.0.1.nip.io', ''];
const PATHS = {
  gateway: '/auth/config',
  identity: '/.well-known/openid-configuration',
  Mux: '/video/v1/live-streams',
  table: '/',
};

const HOSTS = Object.entries(SERVERS).flatMap(([server, variable]) =>
  FOREIGN_HOSTS.map((host): Case => ({
    attack: `${server} called ${host === '' ? 'nothing' : host}`,
    expected: ['421', '400'],
    play: async (bed) => {
      const path = Object.entries(PATHS).find(([name]) => name === server)?.[1] ?? '/';
      return statusOf(
        await bed.raw(bed.port(variable), `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`),
      );
    },
  })),
);

const TIMES = 50;
/** Asks each server for another protocol, as any page may, and has gone before the answer. The server must still be there. */
const BROKEN_OFF = Object.entries(SERVERS).flatMap(([server, variable]) =>
  ['localhost', 'evil.example'].flatMap((name) =>
    ['/nothing', '/stream/live/key'].map((path): Case => ({
      attack: `${server} asked as ${name} for a web socket at ${path} by ${TIMES} who break off`,
      expected: ['200', '400', '403', '404', '421'],
      play: async (bed) => {
        const port = bed.port(variable);
        const request = `GET ${path} HTTP/1.1\r\nHost: ${name}:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`;
        for (let time = 0; time < TIMES; time += 1) {
          const socket = connect(port, '127.0.0.1');
          socket.on('error', () => undefined);
          await once(socket, 'connect');
          await new Promise((sent) => socket.write(request, sent));
          socket.resetAndDestroy();
        }
        return statusOf(
          await bed.raw(port, `GET /healthz HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close\r\n\r\n`),
        );
      },
    })),
  ),
);

/** A request written byte for byte to the gateway. */
const raw = (
  attack: string,
  bytes: string | ((bed: PlatformBed) => string),
  expected: string | readonly string[] = REFUSED,
): Case => ({
  attack,
  expected,
  play: async (bed) => statusOf(await bed.raw(bed.port('PORT'), typeof bytes === 'string' ? bytes : bytes(bed))),
});
const head = (first: string, ...lines: string[]): string => [first, 'Host: localhost', ...lines, '', ''].join('\r\n');

/** A second request in the body of the first: it must not be answered as one. */
const smuggled = (attack: string, ...lines: string[]): Case => ({
  attack: `smuggling: ${attack}`,
  expected: 'not answered',
  play: async (bed) => {
    const second = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Smuggled: yes\r\n\r\n';
    const heard = await bed.raw(
      bed.port('PORT'),
      `${head('POST /posts HTTP/1.1', 'Content-Type: application/json', ...lines)}0\r\n\r\n${second}`,
    );
    return /"version"/.test(heard) ? 'answered' : 'not answered';
  },
});

const TRAVERSALS = [
  '/../package.json',
  '/..%2fpackage.json',
  '/%2e%2e/%2e%2e/package.json',
  '/assets/..%2f..%2f..%2fpackage.json',
  '/assets/%5c..%5c..%5cpackage.json',
  '/media/../../secrets.json',
  '/media/..%2f..%2f..%2fsecrets.json',
  '/media/%2e%2e%2f%2e%2e%2fsecrets.json',
  '/media//etc/passwd',
  '/s3/vybzz-uploads/..%2f..%2fsecrets.json',
  '/%00/index.html',
  '/media/x%00.png',
  '/%',
  '/%c0%ae%c0%ae/package.json',
];

const LONG = 'x'.repeat(70_000);
const deep = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
const posted = (
  attack: string,
  body: string,
  expected: string | readonly string[],
  headers: Record<string, string> = {},
): Case => ({
  attack,
  expected,
  play: async (bed) => (await bed.call('POST', '/posts', { token: bed.tokens.chen, body, headers })).error,
});
const INVALID = 'invalid-request';

/** What no browser sends. */
export const REQUESTS: readonly Case[] = [
  ...HOSTS,
  ...BROKEN_OFF,
  raw('two Hosts', 'GET /auth/config HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n', [
    ...REFUSED,
    '200',
  ]),
  raw('no Host', 'GET /auth/config HTTP/1.1\r\nConnection: close\r\n\r\n'),
  raw(
    'a whole address of another host',
    'GET http://evil.example/auth/config HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n',
  ),
  raw('CONNECT', head('CONNECT 169.254.169.254:80 HTTP/1.1')),
  raw('TRACE of a room', head('TRACE /auth/config HTTP/1.1', 'Connection: close')),
  raw('a method that is none', head('GETT /auth/config HTTP/1.1')),
  raw('HTTP/3.0 in words', head('GET / HTTP/3.0')),
  raw('a line without an end of 100 KB', `GET /${'a'.repeat(100_000)}`, [...REFUSED, 'closed']),
  raw('headers of 100 KB', head('GET / HTTP/1.1', `X-Long: ${'a'.repeat(100_000)}`)),
  raw('a header with a blank before its colon', head('GET / HTTP/1.1', 'Content-Length : 5', 'Connection: close')),
  raw('a folded header', 'GET / HTTP/1.1\r\nHost: localhost\r\nX-A: b\r\n c\r\nConnection: close\r\n\r\n', [
    ...REFUSED,
    '200',
  ]),
  raw('a null in a header', 'GET / HTTP/1.1\r\nHost: localhost\r\nX-A: b\0c\r\n\r\n'),
  raw('a lone line feed', 'GET / HTTP/1.1\nHost: localhost\n\n'),
  raw('two lengths', head('POST /posts HTTP/1.1', 'Content-Length: 5', 'Content-Length: 6')),
  raw('a negative length', head('POST /posts HTTP/1.1', 'Content-Length: -1')),
  raw('a length in hexadecimal', head('POST /posts HTTP/1.1', 'Content-Length: 0x10')),
  raw(
    'chunks of a size that is none',
    `${head('POST /posts HTTP/1.1', 'Transfer-Encoding: chunked', 'Content-Type: application/json')}zz\r\n`,
    [...REFUSED, '401'],
  ),
  raw(
    'chunks of 2^64 bytes',
    `${head('POST /posts HTTP/1.1', 'Transfer-Encoding: chunked', 'Content-Type: application/json')}ffffffffffffffffff\r\n`,
    [...REFUSED, '401'],
  ),
  raw('TLS', Buffer.from('16030100f4010000f0', 'hex').toString('latin1')),
  raw('HTTP/2 without asking', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  smuggled('a length and chunks', 'Content-Length: 5', 'Transfer-Encoding: chunked'),
  smuggled('chunks twice', 'Transfer-Encoding: chunked', 'Transfer-Encoding: identity'),
  smuggled('chunks in other letters', 'Content-Length: 5', 'Transfer-Encoding: xchunked'),
  smuggled('chunks behind a tab', 'Content-Length: 4', 'Transfer-Encoding:\tchunked'),
  smuggled('chunks behind a blank', 'Content-Length: 4', 'Transfer-Encoding : chunked'),
  ...TRAVERSALS.map((path): Case => ({
    attack: `the file ${path}`,
    expected: 'nothing of ours',
    play: async (bed) => {
      const heard = await bed.raw(
        bed.port('PORT'),
        `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
      );
      return /localSecret|"devDependencies"|root:x:0/.test(heard) || statusOf(heard).startsWith('5')
        ? `read: ${statusOf(heard)}`
        : 'nothing of ours';
    },
  })),
  ...['/_local/token', '/_local/@connections/x', '/_local/secrets', '/_local/../_local/token', '/%5flocal/token'].map(
    (path): Case => ({
      attack: `POST ${path} without the platform’s secret`,
      expected: ['not-allowed', 'not-found', '403', '404', '405', 'method-not-allowed'],
      play: async (bed) => (await bed.call('POST', path, { body: { login: 'asha' }, token: 'guessed' })).error,
    }),
  ),
  posted('a body that is no JSON', '{', INVALID),
  posted('a body of another type', 'text=hello', ['unsupported-media-type'], {
    'content-type': 'application/x-www-form-urlencoded',
  }),
  posted('a body as a page of another site may send it', '{"text":"x"}', ['unsupported-media-type'], {
    'content-type': 'text/plain',
  }),
  posted('a body of null', 'null', INVALID),
  posted('a body that is a list', '[{"text":"x"}]', INVALID),
  posted('a body nested 5,000 deep', deep(5_000), INVALID),
  posted('a body nested 20,000 deep', deep(20_000), [INVALID, 'body-too-large']),
  posted('a body of 2 MB', JSON.stringify({ text: 'x'.repeat(2_000_000) }), ['body-too-large', INVALID]),
  posted('__proto__ with a moderator in it', '{"text":"x","__proto__":{"moderator":true}}', ['201', INVALID]),
  posted('a text of 70,000 letters', JSON.stringify({ text: LONG }), [INVALID, 'body-too-large']),
  posted('a text that is a number', '{"text":1}', INVALID),
  posted('a text that is an operator', '{"text":{"$ne":null}}', INVALID),
  posted('a name twice', '{"text":"a","text":{"S":"b"}}', INVALID),
  posted('half a character', '{"text":"\\ud800"}', [INVALID, '201']),
  posted('a media address that runs', JSON.stringify({ text: 'x', mediaUrl: 'javascript:alert(1)' }), INVALID),
  posted(
    'a media address in the cloud’s metadata',
    JSON.stringify({ text: 'x', mediaUrl: 'file:///etc/passwd' }),
    INVALID,
  ),
  posted(
    'a media address that is data',
    JSON.stringify({ text: 'x', mediaUrl: 'data:text/html,<script>1</script>' }),
    INVALID,
  ),
];
