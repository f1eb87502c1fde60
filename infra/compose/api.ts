import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import Mux from '@mux/mux-node';
import { startControlPlane } from '../local/control-plane.ts';
import { controlPlaneEnvironment, UPLOADS_BUCKET } from '../local/control-plane-environment.ts';
import { startGateway } from '../local/gateway.ts';
import { startIdentity } from '#stand-ins/identity/server';
import { openUploads } from '#stand-ins/uploads/uploads';
import { randomBytes } from 'node:crypto';
import { asked, EVERYWHERE, readEnvironment, say } from './environment.ts';
import { readSecret, writeSecret } from './secrets.ts';

/** The Hono apps of the control plane, the emulated WebSocket API, the issuer and the bucket of uploads, as one container. */
const PORT = 3000;
const SWEEP_MS = 5_000;

const env = readEnvironment();
const client = new SecretsManagerClient({});
const secret = await readSecret(client);
if (!secret['MUX_SIGNING_KEY_ID']) {
  const { MUX_TOKEN_ID: tokenId = '', MUX_TOKEN_SECRET: tokenSecret = '' } = secret;
  const { id, private_key: privateKey } = await new Mux({
    tokenId,
    tokenSecret,
    baseURL: env.MUX_URL,
  }).system.signingKeys.create();
  Object.assign(secret, { MUX_SIGNING_KEY_ID: id, MUX_SIGNING_PRIVATE_KEY: privateKey });
  await writeSecret(client, secret);
}

const identity = await startIdentity({
  port: env.IDENTITY_PORT,
  host: EVERYWHERE,
  dataDir: '/data/identity',
  webOrigin: env.ORIGIN,
  log: say,
});
const controlPlane = startControlPlane({
  environment: {
    ...secret,
    ...controlPlaneEnvironment({
      tableName: env.TABLE_NAME,
      origin: env.ORIGIN,
      identity,
      mux: { url: env.MUX_URL, publicUrl: env.MUX_PUBLIC_URL, rtmpsUrl: env.MUX_RTMPS_URL },
      gateway: `http://localhost:${PORT}`,
      siteFiles: env.SITE_FILES_URL,
      version: 'compose',
    }),
    // nginx, and what stands before it
    TRUSTED_HOPS: String(1 + env.TRUSTED_HOPS),
  },
  aws: {},
  log: say,
});
const sweep = setInterval(() => {
  controlPlane
    .sweep()
    .catch((cause: unknown) => say(`sweep: ${cause instanceof Error ? cause.message : String(cause)}`));
}, SWEEP_MS);
const gateway = await startGateway({
  port: PORT,
  host: EVERYWHERE,
  hostNames: [new URL(env.ORIGIN).hostname, new URL(env.WEBHOOK_URL).hostname],
  version: 'compose',
  controlPlane: () => controlPlane,
  // nginx hands the worker's path to the worker and serves the pages.
  workerPort: 3004,
  web: { dist: '/nonexistent' },
  otherOrigins: [],
  uploads: openUploads({
    dir: '/data/uploads',
    bucket: UPLOADS_BUCKET,
    credentials: { accessKeyId: env.AWS_ACCESS_KEY_ID, secretAccessKey: env.AWS_SECRET_ACCESS_KEY },
  }),
  services: async () => [],
  issueToken: async () => undefined,
  localSecret: randomBytes(24).toString('base64url'),
  log: say,
});
const creators = identity.accounts.filter(({ creator }) => creator).map(({ login }) => login);
say(`Vybzz runs at ${env.ORIGIN}: sign in as ${creators.join(' or ')}, password ${identity.password}`);
await asked();
clearInterval(sweep);
await gateway.close();
await identity.close();
process.exit(0);
