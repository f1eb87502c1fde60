import { generateKeyPair, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { Hono } from 'hono';
import { newId } from '../ids.ts';
import type { Store } from '../store.ts';
import type { Limits } from '../limits.ts';
import { toEndpoint, toSigningKey } from '../views.ts';
import { ENVIRONMENT } from '../webhooks/events.ts';
import { CreateEndpoint, UpdateEndpoint } from './bodies.ts';
import { Refusal } from './refusal.ts';
import { pageOf, parseBody } from './request.ts';

type Parts = { store: Store; limits: Limits; now: () => number; tokenId: string; wakeDelivery: () => void };

const KEY_BITS = 2_048;
const makeKeyPair = promisify(generateKeyPair);

/** `/system/v1`: who one is, keys for signed playback, and where webhooks go. */
export const createSystemRoutes = ({ store, limits, now, tokenId, wakeDelivery }: Parts) => {
  const { signingKeys, endpoints } = store;

  const unused = (address: string, but?: string): void => {
    if (endpoints.all().some((endpoint) => endpoint.address === address && endpoint.id !== but))
      throw Refusal.invalid('address: has a webhook already.');
  };

  return new Hono()
    .get('/whoami', (c) =>
      c.json({
        data: {
          access_token_name: tokenId,
          permissions: ['system:read', 'system:write', 'video:read', 'video:write'],
          organization_id: 'local',
          organization_name: 'This machine',
          environment_id: ENVIRONMENT.id,
          environment_name: ENVIRONMENT.name,
          environment_type: 'development',
        },
      }),
    )

    .post('/signing-keys', async (c) => {
      const { publicKey, privateKey } = await makeKeyPair('rsa', {
        modulusLength: KEY_BITS,
        publicKeyEncoding: { type: 'spki', format: 'pem' },
        // Mux's own are of this older form.
        privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
      });
      const record = signingKeys.put({ id: newId(), created_at: Math.floor(now() / 1_000), public_key: publicKey });
      return c.json(
        { data: { ...toSigningKey(record), private_key: Buffer.from(privateKey).toString('base64') } },
        201,
      );
    })
    .get('/signing-keys', (c) => c.json({ data: pageOf(c, signingKeys.all(), limits).map(toSigningKey) }))
    .get('/signing-keys/:id', (c) => {
      const record = signingKeys.get(c.req.param('id'));
      if (!record) throw Refusal.notFound();
      return c.json({ data: toSigningKey(record) });
    })
    .delete('/signing-keys/:id', (c) => {
      if (!signingKeys.remove(c.req.param('id'))) throw Refusal.notFound();
      return c.body(null, 204);
    })

    .post('/webhooks', async (c) => {
      const { address } = await parseBody(c, CreateEndpoint);
      unused(address);
      if (endpoints.all().length >= limits.webhookEndpoints)
        throw Refusal.invalid(`At most ${limits.webhookEndpoints} webhooks.`);
      const record = endpoints.put({
        id: newId(),
        address,
        created_at: Math.floor(now() / 1_000),
        enabled: true,
        secret: randomBytes(24).toString('base64url'),
      });
      return c.json({ data: { ...toEndpoint(record), signing_secret: record.secret } }, 201);
    })
    .get('/webhooks', (c) => c.json({ data: pageOf(c, endpoints.all(), limits).map(toEndpoint) }))
    .get('/webhooks/:id', (c) => {
      const record = endpoints.get(c.req.param('id'));
      if (!record) throw Refusal.notFound();
      return c.json({ data: toEndpoint(record) });
    })
    .patch('/webhooks/:id', async (c) => {
      const record = endpoints.get(c.req.param('id'));
      if (!record) throw Refusal.notFound();
      const { address = record.address, enabled = record.enabled } = await parseBody(c, UpdateEndpoint);
      unused(address, record.id);
      const changed = endpoints.put({ ...record, address, enabled });
      wakeDelivery();
      return c.json({ data: toEndpoint(changed) });
    })
    .delete('/webhooks/:id', (c) => {
      if (!endpoints.remove(c.req.param('id'))) throw Refusal.notFound();
      wakeDelivery();
      return c.body(null, 204);
    });
};
