import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import path from 'node:path';
import { ACCOUNTS } from './accounts.ts';
import { openDirectory } from './directory.ts';
import { openGrants } from './grants.ts';
import { createGuesses } from './guesses.ts';
import { openKeys } from './keys.ts';
import { noticePage } from './pages.ts';
import { AUDIENCE, CLIENT_ID, createProvider, mintToken } from './provider.ts';
import { createSignIn, send } from './sign-in.ts';
import { languageFor, wordsOf } from './words.ts';

type IdentityOptions = {
  /** 0 takes a free one. */
  port: number;
  /** Where it listens; in a container, all of its addresses. @default the loopback interface */
  host?: string;
  /** Keys, sessions and grants are kept here. */
  dataDir: string;
  /** Where the web app is, and nothing else may sign people in: `http://localhost:3000`. */
  webOrigin: string;
  log?: (line: string) => void;
  /** Milliseconds since 1970. @default Date.now */
  now?: () => number;
};

/** Starts the embedded OpenID provider with its demo accounts on the loopback interface. */
export async function startIdentity({
  port,
  host = '127.0.0.1',
  dataDir,
  webOrigin,
  log = () => {},
  now = Date.now,
}: IdentityOptions) {
  if (process.env['NODE_ENV'] === 'production')
    throw new Error('the embedded identity provider has demo accounts; it does not run with NODE_ENV=production');
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const keys = await openKeys(path.join(dataDir, 'keys.json'));
  const adapter = await openGrants({ file: path.join(dataDir, 'grants.json'), now, log });

  const directory = await openDirectory({ file: path.join(dataDir, 'people.json') });

  const server = createServer();
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address();
  const boundPort = typeof address === 'object' && address ? address.port : port;
  const issuer = `http://localhost:${boundPort}`;

  const provider = createProvider({ issuer, webOrigin, keys, adapter, find: directory.find, log });
  const signIn = createSignIn({ provider, webOrigin, password: keys.password, directory, guesses: createGuesses(now) });
  const protocol = provider.callback();

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const { pathname } = new URL(request.url ?? '/', issuer);
    if (pathname === '/healthz') {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}');
    } else if (request.headers.host !== new URL(issuer).host) {
      // A foreign name that resolves to this machine is how a page elsewhere would read what stands here.
      response.writeHead(421).end();
    } else if (pathname === '/') {
      response.writeHead(302, { location: `${webOrigin}/` }).end();
    } else if (pathname.startsWith('/sign-in/')) {
      await signIn(request, response);
    } else {
      await protocol(request, response);
    }
  };
  server.on('request', (request, response) => {
    handle(request, response).catch((fault: unknown) => {
      log(`identity: ${fault instanceof Error ? fault.stack : String(fault)}`);
      const language = languageFor(request.headers['accept-language']);
      const { didNotWork: title, failed: text } = wordsOf(language);
      if (!response.headersSent) send(response, 500, noticePage({ title, text, webOrigin, language }));
    });
  });

  let closing: Promise<void> | undefined;
  const stop = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  };

  return {
    issuer,
    port: boundPort,
    clientId: CLIENT_ID,
    audience: AUDIENCE,
    accounts: ACCOUNTS.map((account) => ({ ...account })),
    /** Of every demo account. */
    password: keys.password,
    /** An access token as this account's sign-in would give it. */
    async issueToken(login: string): Promise<string> {
      const account = directory.find(login);
      if (!account) throw new Error(`there is no demo account "${login}"`);
      return mintToken(provider, account);
    },
    close: () => (closing ??= stop()),
  };
}
