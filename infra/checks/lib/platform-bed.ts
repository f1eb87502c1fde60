import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { type JWK } from 'jose';
import * as z from 'zod';
import { makePlace, startCommand } from '../../local/platform.testing.ts';

const ACCOUNTS = ['asha', 'bilal', 'chen', 'mona'] as const;
export type Account = (typeof ACCOUNTS)[number];

type Call = { token?: string | undefined; body?: unknown; headers?: Record<string, string> };
/** `error` is the code of a refusal, and the status where there is none. */
export type Answered = { status: number; error: string; body: any; headers: Headers; text: string };

const Secrets = z.object({ localSecret: z.string(), muxWebhookSecret: z.string() });
const Keys = z.object({ signingKey: z.looseObject({ kty: z.string(), kid: z.string() }) });
const RAW_MS = 1_500;

/**
 * The whole platform, as `npm start` runs it, in a folder and on ports of its own, and three people in it: asha makes the show that
 * is watched, bilal is a creator who attacks, chen a viewer who does. Attackers know its addresses and their own tokens; the keys
 * that are read from its folder are for tokens that only the issuer could have made.
 */
export const openPlatformBed = async () => {
  const place = await makePlace();
  const { environment, dataDir } = place;
  const platform = await startCommand(environment);
  if (platform.endedWith !== undefined) throw new Error(`the platform did not start:\n${platform.said()}`);
  const { origin } = platform;
  const secrets = Secrets.parse(JSON.parse(await readFile(join(dataDir, 'secrets.json'), 'utf8')));
  const { signingKey } = Keys.parse(JSON.parse(await readFile(join(dataDir, 'identity', 'keys.json'), 'utf8')));
  const port = (name: string): number => Number(environment[name]);

  const call = async (method: string, path: string, { token, body, headers = {} }: Call = {}): Promise<Answered> => {
    const answer = await fetch(`${origin}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    let json: any;
    try {
      json = JSON.parse(text);
    } catch {
      json = undefined;
    }
    return {
      status: answer.status,
      error: json?.error ?? String(answer.status),
      body: json,
      headers: answer.headers,
      text,
    };
  };

  const tokenOf = async (login: Account): Promise<string> => {
    const { body } = await call('POST', '/_local/token', { token: secrets.localSecret, body: { login } });
    return z.object({ token: z.string() }).parse(body).token;
  };
  const tokens: Record<Account, string> = {
    asha: await tokenOf('asha'),
    bilal: await tokenOf('bilal'),
    chen: await tokenOf('chen'),
    mona: await tokenOf('mona'),
  };
  // Whoever is not seen once is no user yet.
  for (const account of ACCOUNTS) await call('GET', '/auth/session', { token: tokens[account] });

  return {
    origin,
    port,
    dataDir,
    tokens,
    secrets,
    issuerKey: signingKey as JWK & { kid: string },
    tokenOf,
    call,
    /** All that is answered to these bytes, until the other side closes or for a moment. */
    raw: (to: number, bytes: string | Buffer): Promise<string> =>
      new Promise((resolve) => {
        const socket = connect(to, '127.0.0.1');
        let heard = '';
        const finish = (): void => {
          clearTimeout(timer);
          socket.destroy();
          resolve(heard);
        };
        const timer = setTimeout(finish, RAW_MS);
        socket.on('data', (part) => (heard += part.toString('latin1')));
        socket.on('error', finish);
        socket.on('close', finish);
        socket.write(bytes);
      }),
    close: async () => {
      await platform.kill('SIGTERM');
      await place.remove();
    },
  };
};
export type PlatformBed = Awaited<ReturnType<typeof openPlatformBed>>;

/** The status line's code of a raw answer; `closed` where there is none. */
export const statusOf = (heard: string): string => /^HTTP\/1\.1 (\d{3})/.exec(heard)?.[1] ?? 'closed';
