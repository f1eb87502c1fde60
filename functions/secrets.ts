import * as z from 'zod/mini';

type Env = Readonly<Record<string, string | undefined>>;

const PATIENCE_MS = 3_000;
const Answer = z.object({ SecretString: z.string() });
const Secrets = z.record(z.string(), z.string());

/**
 * The environment with the secrets in it. Where `SECRETS_ID` names a secret (one JSON object of variables), it is read through the
 * AWS Parameters and Secrets extension, which caches it and needs no SDK in our bundle; a variable of the environment itself wins.
 * Without `SECRETS_ID` the environment is all there is: locally, in containers, in tests.
 */
export const withSecrets = async (env: Env, { fetch = globalThis.fetch } = {}): Promise<Env> => {
  const id = env['SECRETS_ID'];
  if (!id) return env;
  const port = env['PARAMETERS_SECRETS_EXTENSION_HTTP_PORT'] ?? '2773';
  const response = await fetch(`http://localhost:${port}/secretsmanager/get?secretId=${encodeURIComponent(id)}`, {
    headers: { 'X-Aws-Parameters-Secrets-Token': env['AWS_SESSION_TOKEN'] ?? '' },
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  if (!response.ok) throw new Error(`The secret ${id} cannot be read: the extension answered ${response.status}.`);
  const { SecretString } = Answer.parse(await response.json());
  return { ...Secrets.parse(JSON.parse(SecretString)), ...env };
};
