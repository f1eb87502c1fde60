import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { readArguments } from '../commands/read-arguments.mjs';
import { CommandError, messageOf, orExplain } from '../local/command-error.mjs';
import { openAccount } from './account.ts';
import { DEFAULT_ENVIRONMENT, settingsOf, stackNameOf } from './deployment.ts';
import { setUpMux } from './mux-setup.ts';

/** The credentials are in the environment: arguments are seen by everybody on a machine, and kept in a shell's history. */
const USAGE = `npm run setup:mux -- [ENVIRONMENT]

With MUX_TOKEN_ID and MUX_TOKEN_SECRET in the environment: checks the token, registers the webhook, makes the signing key, and
keeps all three in Secrets Manager. CloudFormation says the origin and the secret of the deployment of
infra/environments/ENVIRONMENT.json (${DEFAULT_ENVIRONMENT} unless said).`;
const { positionals } = readArguments(USAGE, { words: 1, options: {} });
const [environment = DEFAULT_ENVIRONMENT] = positionals;
const { MUX_TOKEN_ID: id, MUX_TOKEN_SECRET: secret, MUX_BASE_URL: muxBaseUrl } = process.env;

await orExplain(async () => {
  if (!id || !secret)
    throw new CommandError(
      'setup:mux needs MUX_TOKEN_ID and MUX_TOKEN_SECRET in the environment (dashboard.mux.com, Settings, Access Tokens).',
    );
  const settings = settingsOf(environment);
  const named = stackNameOf(settings);
  const account = openAccount(settings.region);
  try {
    const [web, data] = [await account.stack(named('Web')), await account.stack(named('Data'))];
    const [origin, secretId] = [web?.outputs['Origin'], data?.outputs['MuxSecret']];
    if (!origin || !secretId) throw new Error(`${settings.name} is not deployed in ${settings.region}: npm run deploy`);
    await setUpMux({
      secrets: new SecretsManagerClient({ region: settings.region }),
      secretId,
      token: { id, secret },
      muxBaseUrl,
      origin,
      say: (line) => console.log(line),
    });
  } catch (cause) {
    // What Mux or AWS refuses is for whoever called to mend.
    throw new CommandError(messageOf(cause), { cause });
  }
});
