import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { Page } from '@playwright/test';
import { importJWK, SignJWT } from 'jose';
import * as z from 'zod';
import { toItem } from '#store/item';
import { hashed, ingestKey } from '#store/keys';
import type { Faults } from '#stand-ins/mux/faults';
import { localSecrets } from '../../local/secrets.ts';

/** Where a platform runs, as `makePlace` answers it. */
export type Place = { dataDir: string; environment: Record<string, string> };

const Keys = z.object({ signingKey: z.looseObject({ kty: z.string(), kid: z.string() }) });
const Payload = z.record(z.string(), z.unknown());
const Mine = z.object({ items: z.array(z.object({ id: z.string(), state: z.string() })) });
const HOUR = 3_600;

const portOf = ({ environment }: Place, variable: string): string => environment[variable] ?? '';

/** Has the Mux stand-in fail in these ways, and in no other from then on: with none it is well again. */
export const breakMux = async (place: Place, faults: Faults): Promise<void> => {
  await tellMux(place, 'PUT', '/_local/faults', faults);
};

/** Every encoder's connection to the Mux stand-in is reset. */
export const cutEncoders = (place: Place): Promise<void> => tellMux(place, 'POST', '/_local/encoders/reset');

const tellMux = async (place: Place, method: string, path: string, body?: object): Promise<void> => {
  const { muxTokenId, muxTokenSecret } = await localSecrets(place.dataDir);
  const authorization = `Basic ${Buffer.from(`${muxTokenId}:${muxTokenSecret}`).toString('base64')}`;
  const answer = await fetch(`http://localhost:${portOf(place, 'MUX_PORT')}${path}`, {
    method,
    headers: { authorization, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`the Mux stand-in answers ${answer.status} to ${method} ${path}`);
};

/** Ends what a creator has on the air, as from another device: it would be in the way of the next show. */
export const endShowsOf = async ({ dataDir, environment }: Place, login: string): Promise<void> => {
  const origin = `http://localhost:${environment['PORT']}`;
  const { localSecret } = await localSecrets(dataDir);
  const ask = async (token: string, method: string, path: string, body?: object): Promise<unknown> => {
    const answer = await fetch(`${origin}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return text === '' ? undefined : JSON.parse(text);
  };
  const { token } = z.object({ token: z.string() }).parse(await ask(localSecret, 'POST', '/_local/token', { login }));
  const { items } = Mine.parse(await ask(token, 'GET', '/stream/mine'));
  for (const { id, state } of items) if (state !== 'ended') await ask(token, 'POST', `/stream/${id}/end`);
};

/** Has a stream key, the end of an ingest address, run out a second ago. */
export const expireKey = async (place: Place, ingestUrl: string): Promise<void> => {
  const key = new URL(ingestUrl).pathname.split('/').at(-1) ?? '';
  const { localSecret } = await localSecrets(place.dataDir);
  const table = new DynamoDBClient({
    region: 'us-east-1',
    endpoint: `http://localhost:${portOf(place, 'DYNAMODB_PORT')}`,
    credentials: { accessKeyId: 'local', secretAccessKey: localSecret },
  });
  await table.send(
    new UpdateItemCommand({
      TableName: 'vybzz',
      Key: ingestKey(hashed(key)),
      UpdateExpression: 'SET #until = :past',
      ConditionExpression: 'attribute_exists(#until)',
      ExpressionAttributeNames: { '#until': 'until' },
      ExpressionAttributeValues: toItem({ ':past': Date.now() - 1_000 }),
    }),
  );
  table.destroy();
};

const TOKENS = 'vybzz.tokens';

/** The access token that a page holds. */
export const heldToken = (page: Page): Promise<string> =>
  page.evaluate(
    (name) => (JSON.parse(localStorage.getItem(name) ?? '{}') as { accessToken: string }).accessToken,
    TOKENS,
  );

/** Puts into a page the access token that it had an hour ago, as it were: signed by the issuer, and good no longer. */
export const expireToken = async (place: Place, page: Page): Promise<void> => {
  const text = await readFile(join(place.dataDir, 'identity', 'keys.json'), 'utf8');
  const { signingKey } = Keys.parse(JSON.parse(text));
  const [, payload = ''] = (await heldToken(page)).split('.');
  const claims = Payload.parse(JSON.parse(Buffer.from(payload, 'base64url').toString()));
  const expired = await new SignJWT({ ...claims, exp: Math.floor(Date.now() / 1_000) - HOUR })
    .setProtectedHeader({ alg: 'RS256', kid: signingKey.kid, typ: 'at+jwt' })
    .sign(await importJWK(signingKey, 'RS256'));
  await page.evaluate(
    ([name = '', accessToken]) =>
      localStorage.setItem(name, JSON.stringify({ ...JSON.parse(localStorage.getItem(name) ?? '{}'), accessToken })),
    [TOKENS, expired],
  );
};
