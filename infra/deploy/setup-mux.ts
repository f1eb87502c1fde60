import { fileURLToPath } from 'node:url';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { setUpMux } from './mux-setup.ts';
import { readArguments } from '../commands/read-arguments.mjs';
import { CommandError, messageOf, orExplain } from '../local/command-error.mjs';
import { outputsFile, readOutput } from './origin.ts';

/**
 * `npm run setup:mux -- [--name Vybzz] [--origin https://…] [--secret arn]`, with MUX_TOKEN_ID and MUX_TOKEN_SECRET in the
 * environment: arguments are seen by everybody on a machine, and kept in a shell's history.
 */
const USAGE = `npm run setup:mux -- [--name Vybzz] [--origin https://…] [--secret ARN]

With MUX_TOKEN_ID and MUX_TOKEN_SECRET in the environment: checks the token, registers the webhook, makes the signing key, and
keeps all three in Secrets Manager. What npm run deploy has left says the origin and the secret.`;
const { values } = readArguments(USAGE, {
  options: { name: { type: 'string', default: 'Vybzz' }, origin: { type: 'string' }, secret: { type: 'string' } },
});
const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const outputs = outputsFile(ROOT, values.name);
const id = process.env['MUX_TOKEN_ID'];
const secret = process.env['MUX_TOKEN_SECRET'];
const origin = values.origin ?? (await readOutput(outputs, `${values.name}-Web`, 'Origin'));
const secretId = values.secret ?? (await readOutput(outputs, `${values.name}-Data`, 'MuxSecret'));

const missing = [
  ...(id && secret
    ? []
    : ['MUX_TOKEN_ID and MUX_TOKEN_SECRET in the environment (dashboard.mux.com, Settings, Access Tokens)']),
  ...(origin && secretId ? [] : ['a deployment: npm run deploy first, or say --origin and --secret']),
];
await orExplain(async () => {
  if (!id || !secret || !origin || !secretId) throw new CommandError(`setup:mux needs ${missing.join(', and ')}.`);
  await setUpMux({
    secrets: new SecretsManagerClient({}),
    secretId,
    token: { id, secret },
    muxBaseUrl: process.env['MUX_BASE_URL'],
    origin,
    say: (line) => console.log(line),
  }).catch((cause: unknown) => {
    // What Mux or AWS refuses is for whoever called to mend.
    throw new CommandError(messageOf(cause), { cause });
  });
});
