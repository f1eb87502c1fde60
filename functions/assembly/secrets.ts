import * as z from 'zod/mini';

type Env = Readonly<Record<string, string | undefined>>;
/** The text of the secret of this ARN. */
export type ReadSecret = (arn: string) => Promise<string | undefined>;

/** How long a Lambda goes by the secrets that it has read, in milliseconds; whoever rotates one waits for as long. */
export const SECRETS_MS = 5 * 60_000;

const PATIENCE = { connectionTimeout: 1_000, requestTimeout: 3_000, throwOnRequestTimeout: true } as const;
const NAMES_A_SECRET = /_SECRET_ARN$/;
const Variables = z.record(z.string(), z.string());

/**
 * The environment with the secrets in it. Each variable that ends in `_SECRET_ARN` names a secret: one JSON object of variables. A
 * variable that the environment itself holds wins. Locally, in containers and in tests no variable names a secret, and the
 * environment is all there is.
 *
 * Asked of Secrets Manager itself: AWS's extension for it answers "not ready" until the first invocation, and this is before it.
 */
export const withSecrets = async (
  env: Env,
  { read = readSecret }: { read?: ReadSecret | undefined } = {},
): Promise<Env> => {
  const arns = Object.entries(env).flatMap(([name, arn]) => (arn && NAMES_A_SECRET.test(name) ? [arn] : []));
  const secrets = await Promise.all(
    arns.map(async (arn) => {
      const text = await read(arn).catch((cause: unknown) => {
        throw new Error(`The secret ${arn} cannot be read.`, { cause });
      });
      return parseVariables(arn, text);
    }),
  );
  return Object.assign({}, ...secrets, env);
};

const parseVariables = (arn: string, text: string | undefined): Record<string, string> => {
  try {
    return Variables.parse(JSON.parse(text ?? ''));
  } catch {
    // without the cause, whose message would hold the secret
    throw new Error(`The secret ${arn} is no JSON object of variables: npm run setup:mux writes it.`);
  }
};

const readSecret: ReadSecret = async (arn) => {
  const { GetSecretValueCommand, SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
  const client = new SecretsManagerClient({ requestHandler: PATIENCE });
  const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: arn }));
  client.destroy();
  return SecretString;
};
