import * as z from 'zod/mini';

type Env = Readonly<Record<string, string | undefined>>;

const PATIENCE_MS = 3_000;
const NAMES_A_SECRET = /_SECRET_ARN$/;
const Answer = z.object({ SecretString: z.string() });
const Variables = z.record(z.string(), z.string());

/**
 * The environment with the secrets in it. Each variable that ends in `_SECRET_ARN` names a secret: one JSON object of variables. It is
 * read through the AWS Parameters and Secrets extension, which caches it and costs our bundle no SDK. A variable that the
 * environment itself holds wins. Locally, in containers and in tests no variable names a secret, and the environment is all there is.
 */
export const withSecrets = async (env: Env, { fetch = globalThis.fetch } = {}): Promise<Env> => {
  const arns = Object.entries(env).flatMap(([name, arn]) => (arn && NAMES_A_SECRET.test(name) ? [arn] : []));
  const port = env['PARAMETERS_SECRETS_EXTENSION_HTTP_PORT'] ?? '2773';
  const read = async (arn: string): Promise<Record<string, string>> => {
    const response = await fetch(`http://localhost:${port}/secretsmanager/get?secretId=${encodeURIComponent(arn)}`, {
      headers: { 'X-Aws-Parameters-Secrets-Token': env['AWS_SESSION_TOKEN'] ?? '' },
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (!response.ok) throw new Error(`The secret ${arn} cannot be read: the extension answered ${response.status}.`);
    const { SecretString } = Answer.parse(await response.json());
    return Variables.parse(JSON.parse(SecretString));
  };
  const secrets = await Promise.all(arns.map(read));
  return Object.assign({}, ...secrets, env);
};
