import { GetSecretValueCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import type { Client } from './operator.ts';

const Kept = z.object({ SecretString: z.optional(z.string()) });
const Variables = z.record(z.string(), z.string());
export type Variables = z.infer<typeof Variables>;

/** A secret's variables, changed; `undefined` takes one away. Nothing of it is ever said. */
export const changeSecret = async (
  secrets: Client,
  id: string,
  change: (now: Variables) => Record<string, string | undefined>,
): Promise<Variables> => {
  const { SecretString = '{}' } = Kept.parse(await secrets.send(new GetSecretValueCommand({ SecretId: id })));
  const now = Variables.parse(JSON.parse(SecretString));
  const changed = Object.entries({ ...now, ...change(now) }).filter(([, value]) => value !== undefined);
  const next = Variables.parse(Object.fromEntries(changed));
  await secrets.send(new PutSecretValueCommand({ SecretId: id, SecretString: JSON.stringify(next) }));
  return next;
};
