import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { startMux } from '#stand-ins/mux/server';
import { asked, EVERYWHERE, readEnvironment, say } from './environment.ts';
import { readSecret } from './secrets.ts';

/** Mux's stand-in as a container. */
const { WEBHOOK_URL } = readEnvironment();
const {
  MUX_TOKEN_ID = '',
  MUX_TOKEN_SECRET = '',
  MUX_WEBHOOK_SECRETS = '',
} = await readSecret(new SecretsManagerClient({}));
const mux = await startMux({
  port: 3005,
  rtmpsPort: 1936,
  host: EVERYWHERE,
  hostNames: ['mux'],
  dataDir: '/data',
  webhookUrl: WEBHOOK_URL,
  token: { id: MUX_TOKEN_ID, secret: MUX_TOKEN_SECRET },
  webhookSecret: MUX_WEBHOOK_SECRETS,
  log: say,
});
say(`mux: ${mux.url} and ${mux.rtmpsUrl}`);
await asked();
await mux.close();
process.exit(0);
