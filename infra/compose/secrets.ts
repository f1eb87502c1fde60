import { randomBytes } from 'node:crypto';
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceExistsException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';

/** What the stack's two secrets hold between them, under the names that `functions/assembly/config.ts` reads. */
const Variables = z.record(z.string(), z.string());
export type Variables = z.infer<typeof Variables>;

export const SECRET = 'vybzz';

const random = (): string => randomBytes(24).toString('base64url');

/** Makes the secret where there is none; what is there stays. */
export const ensureSecret = async (client: SecretsManagerClient): Promise<'made' | 'was there'> => {
  const made: Variables = {
    MUX_TOKEN_ID: random(),
    MUX_TOKEN_SECRET: random(),
    MUX_WEBHOOK_SECRETS: random(),
    CURSOR_SECRET: random(),
    VAPID_SECRET: random(),
  };
  try {
    await client.send(new CreateSecretCommand({ Name: SECRET, SecretString: JSON.stringify(made) }));
    return 'made';
  } catch (error) {
    if (error instanceof ResourceExistsException) return 'was there';
    throw error;
  }
};

export const readSecret = async (client: SecretsManagerClient): Promise<Variables> => {
  const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: SECRET }));
  return Variables.parse(JSON.parse(SecretString ?? '{}'));
};

export const writeSecret = async (client: SecretsManagerClient, variables: Variables): Promise<void> => {
  await client.send(new PutSecretValueCommand({ SecretId: SECRET, SecretString: JSON.stringify(variables) }));
};
