import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import Mux from '@mux/mux-node';
import * as z from 'zod';

/** A secret that CDK has made and nobody has written yet holds no JSON. */
const Variables = z.record(z.string(), z.string());
type Variables = z.infer<typeof Variables>;

type Parts = {
  secrets: SecretsManagerClient;
  secretId: string;
  /** Of Mux; checked before anything is written. */
  token: { id: string; secret: string };
  muxBaseUrl?: string | undefined;
  origin: string;
  say: (line: string) => void;
};

/**
 * Makes the stack's Mux secret whole, and may be run again: a webhook endpoint that is there, with a secret that is known, stays;
 * one whose secret nobody knows any more is made anew, and the old secret is kept beside the new until the next run.
 */
export const setUpMux = async ({ secrets, secretId, token, muxBaseUrl, origin, say }: Parts): Promise<Variables> => {
  const mux = new Mux({
    tokenId: token.id,
    tokenSecret: token.secret,
    ...(muxBaseUrl !== undefined && { baseURL: muxBaseUrl }),
  });
  const { environment_name: environment, permissions } = await mux.system.utilities.whoami();
  const lacking = NEEDED.filter((permission) => !(permissions ?? []).includes(permission));
  if (lacking.length > 0)
    throw new Error(`The token lacks ${lacking.join(', ')}: make one with video and system, read and write.`);
  say(`✓ token: environment ${environment}`);

  const known = await read(secrets, secretId);
  const next: Variables = { ...known, MUX_TOKEN_ID: token.id, MUX_TOKEN_SECRET: token.secret };

  const address = `${origin}/webhooks/mux`;
  const endpoints: { id: string; address: string }[] = [];
  for await (const { id, address: where } of mux.system.webhooks.list())
    if (id && where) endpoints.push({ id, address: where });
  const there = endpoints.find((endpoint) => endpoint.address === address);
  const isKnown = known['MUX_WEBHOOK_ENDPOINT'] === there?.id && known['MUX_WEBHOOK_SECRETS'];
  if (there && isKnown) say(`✓ webhooks: ${address} (there already)`);
  else {
    if (there) await mux.system.webhooks.delete(there.id);
    const { id, signing_secret: secret } = await mux.system.webhooks.create({ address });
    if (!id || !secret) throw new Error('Mux has made a webhook endpoint without a secret.');
    const [newest] = (known['MUX_WEBHOOK_SECRETS'] ?? '').split(',');
    next['MUX_WEBHOOK_ENDPOINT'] = id;
    next['MUX_WEBHOOK_SECRETS'] = [secret, newest].filter(Boolean).join(',');
    say(`✓ webhooks: ${address} (made)`);
  }

  if (known['MUX_SIGNING_KEY_ID'] && known['MUX_SIGNING_PRIVATE_KEY']) say('✓ signing key: there already');
  else {
    const { id, private_key: privateKey } = await mux.system.signingKeys.create();
    if (!id || !privateKey) throw new Error('Mux has made a signing key without its private half.');
    next['MUX_SIGNING_KEY_ID'] = id;
    next['MUX_SIGNING_PRIVATE_KEY'] = privateKey;
    say('✓ signing key: made');
  }

  await secrets.send(new PutSecretValueCommand({ SecretId: secretId, SecretString: JSON.stringify(next) }));
  say('✓ written; functions read it within five minutes, and those that could not start without it at once');
  return next;
};

const NEEDED = ['video:read', 'video:write', 'system:read', 'system:write'];

const read = async (secrets: SecretsManagerClient, secretId: string): Promise<Variables> => {
  const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: secretId }));
  try {
    return Variables.parse(JSON.parse(SecretString ?? ''));
  } catch {
    return {};
  }
};
