import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import Mux from '@mux/mux-node';
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureTable } from '#store/table';
import { buildWeb, bundleWorker, WEB_DIST } from './build.ts';
import { startControlPlane } from './control-plane.ts';
import { controlPlaneEnvironment, UPLOADS_BUCKET } from './control-plane-environment.ts';
import { startVite, watchSources } from './dev.ts';
import { startGateway } from './gateway.ts';
import { createParts, unreachable, type Parts } from './parts.ts';
import { startIdentity } from '#stand-ins/identity/server';
import { startMux } from '#stand-ins/mux/server';
import { localSecrets, localSigningKey, localVapidSecret, type Secrets } from './secrets.ts';
import { startTable } from '#stand-ins/table/server';
import { openUploads } from '#stand-ins/uploads/uploads';
import { startWorkerProcess, type WorkerProcess } from './worker-process.ts';

export type Ports = { web: number; identity: number; ingest: number; mux: number; rtmps: number; table: number };

type Settings = {
  ports: Ports;
  /** Everything that lasts is in here. */
  dataDir: string;
  version: string;
  ffmpegPath: string;
  /** How many shows the worker takes at most. @default what its machine carries */
  capacitySessions?: string | undefined;
  /** By which servers guests find the studio, beyond one network: `ICE_URLS` and `TURN_SECRET` of the control plane. @default none */
  ice?: { urls: string | undefined; turnSecret: string | undefined };
  /** What is changed takes effect: pages reload, functions and worker start anew. */
  dev: boolean;
  /** A line for the person at the terminal, as each part gets ready. */
  say: (line: string) => void;
  /** What parts have to tell while they run. */
  log: (part: string, line: string) => void;
};

/** What every starter is given: where it is, and whom it tells. */
type Platform = Settings & { origin: string; secrets: Secrets; parts: Parts };

/** How long the platform may take to stop; the worker gets the larger part of it. */
const WORKER_GRACE_MS = 2_500;
const SWEEP_MS = 5_000;
const TABLE_NAME = 'vybzz';

const words = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

/** The table, made when it is not there; what is given back is how the AWS SDK reaches it. */
const addTable = async ({ ports, dataDir, secrets, parts, log }: Platform) => {
  const table = await startTable({
    port: ports.table,
    dataDir: join(dataDir, 'table'),
    log: (line: string) => log('table', line),
  });
  parts.add({
    name: 'table',
    address: table.url,
    version: 'dynalite',
    unhealthy: () => unreachable(`${table.url}/healthz`),
    close: table.close,
  });
  const aws = {
    region: 'us-east-1',
    endpoint: table.url,
    // The table takes any; the bucket of uploaded files takes these alone.
    credentials: { accessKeyId: 'local', secretAccessKey: secrets.localSecret },
  };
  const client = new DynamoDBClient(aws);
  await ensureTable(client, TABLE_NAME);
  client.destroy();
  return aws;
};

const addIdentity = async ({ ports, dataDir, origin, parts, log }: Platform) => {
  const identity = await startIdentity({
    port: ports.identity,
    dataDir: join(dataDir, 'identity'),
    webOrigin: origin,
    log: (line: string) => log('identity', line),
  });
  parts.add({
    name: 'identity',
    address: identity.issuer,
    version: 'oidc-provider',
    unhealthy: () => unreachable(`${identity.issuer}/.well-known/openid-configuration`),
    close: identity.close,
  });
  return identity;
};

const addMux = async ({ ports, dataDir, ffmpegPath, origin, secrets, parts, log }: Platform) => {
  const mux = await startMux({
    port: ports.mux,
    rtmpsPort: ports.rtmps,
    dataDir: join(dataDir, 'mux'),
    ffmpegPath,
    webhookUrl: `${origin}/webhooks/mux`,
    token: { id: secrets.muxTokenId, secret: secrets.muxTokenSecret },
    webhookSecret: secrets.muxWebhookSecret,
    log: (line: string) => log('mux', line),
  });
  parts.add({
    name: 'mux',
    address: `${mux.url} and ${mux.rtmpsUrl}`,
    version: 'stand-in',
    unhealthy: () => unreachable(`${mux.url}/healthz`),
    close: mux.close,
  });
  const api = new Mux({ tokenId: secrets.muxTokenId, tokenSecret: secrets.muxTokenSecret, baseURL: mux.url });
  const signingKey = await localSigningKey(dataDir, secrets, async () => {
    const { id, private_key: privateKey } = await api.system.signingKeys.create();
    if (!privateKey) throw new Error('the Mux stand-in made a signing key without its private half');
    return { id, privateKey };
  });
  return { ...mux, signingKey };
};

type Aws = Awaited<ReturnType<typeof addTable>>;
type Identity = Awaited<ReturnType<typeof addIdentity>>;
type MuxStandIn = Awaited<ReturnType<typeof addMux>>;

const addWorker = async (
  { ports, dataDir, ffmpegPath, capacitySessions, version, origin, parts, log }: Platform,
  { aws, mux }: { aws: Aws; mux: MuxStandIn },
): Promise<WorkerProcess> => {
  const bundle = join(dataDir, 'build', 'ingest-worker.mjs');
  await bundleWorker(bundle);
  const worker = await startWorkerProcess({
    bundle,
    port: ports.ingest,
    environment: {
      AWS_REGION: aws.region,
      AWS_ACCESS_KEY_ID: aws.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: aws.credentials.secretAccessKey,
      AWS_ENDPOINT_URL_DYNAMODB: aws.endpoint,
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      HOST: '127.0.0.1',
      PORT: String(ports.ingest),
      TABLE_NAME,
      ALLOWED_ORIGINS: `${origin},http://127.0.0.1:${ports.web}`,
      RTMPS_URL: mux.rtmpsUrl,
      RTMPS_CA_FILE: mux.caFile,
      FFMPEG_PATH: ffmpegPath,
      ...(capacitySessions !== undefined && { CAPACITY_SESSIONS: capacitySessions }),
      // The gateway takes what is handed over there.
      TASKS_QUEUE_URL: `${origin}/000000000000/tasks`,
    },
    log: (line) => log('worker', line),
  });
  parts.add({
    name: 'worker',
    address: `ws://localhost:${ports.ingest}/stream/live/{streamKey}`,
    version,
    startedAt: worker.startedAt,
    unhealthy: () => unreachable(`${worker.url}/healthz`),
    close: () => worker.close(WORKER_GRACE_MS),
  });
  return worker;
};

/** The control plane behind the gateway, swept as a scheduled rule would; `replace` puts a fresh one in its place. */
const addGateway = async (
  { ports, dataDir, dev, ice, version, origin, secrets, parts, log }: Platform,
  { aws, identity, mux }: { aws: Aws; identity: Identity; mux: MuxStandIn },
) => {
  const settings = {
    environment: {
      ...controlPlaneEnvironment({ tableName: TABLE_NAME, origin, identity, mux, gateway: origin, version }),
      MUX_TOKEN_ID: secrets.muxTokenId,
      MUX_TOKEN_SECRET: secrets.muxTokenSecret,
      MUX_WEBHOOK_SECRETS: secrets.muxWebhookSecret,
      MUX_SIGNING_KEY_ID: mux.signingKey.id,
      MUX_SIGNING_PRIVATE_KEY: mux.signingKey.privateKey,
      CURSOR_SECRET: secrets.cursorSecret,
      VAPID_SECRET: await localVapidSecret(dataDir, secrets),
      ...(ice?.urls !== undefined && { ICE_URLS: ice.urls }),
      ...(ice?.turnSecret !== undefined && { TURN_SECRET: ice.turnSecret }),
    },
    aws,
    log: (line: string) => log('functions', line),
  };
  let controlPlane = startControlPlane(settings);
  const sweep = setInterval(() => {
    controlPlane.sweep().catch((cause: unknown) => log('sweep', words(cause)));
  }, SWEEP_MS);

  const gateway = await startGateway({
    port: ports.web,
    version,
    controlPlane: () => controlPlane,
    workerPort: ports.ingest,
    web: dev ? { dev: startVite } : { dist: WEB_DIST },
    otherOrigins: [identity.issuer, mux.url],
    uploads: openUploads({ dir: join(dataDir, 'uploads'), bucket: UPLOADS_BUCKET, credentials: aws.credentials }),
    services: parts.health,
    issueToken: async (login) =>
      identity.accounts.some((account) => account.login === login) ? identity.issueToken(login) : undefined,
    localSecret: secrets.localSecret,
    log: (line) => log('gateway', line),
  }).catch((cause: unknown) => {
    clearInterval(sweep);
    throw cause;
  });
  parts.add({
    name: 'gateway',
    address: origin,
    version,
    unhealthy: async () => undefined,
    close: () => {
      clearInterval(sweep);
      return gateway.close();
    },
  });
  return {
    auth: (request: Request) => controlPlane.rooms.auth.fetch(request),
    replace: (start: typeof startControlPlane): void => {
      controlPlane = start(settings);
    },
  };
};

/** Puts what was edited in the place of what runs. */
const addWatcher = async (
  { dataDir, version, parts, log }: Platform,
  { worker, replace }: { worker: WorkerProcess; replace: (start: typeof startControlPlane) => void },
): Promise<void> => {
  const unwatch = await watchSources(join(dataDir, 'build'), {
    controlPlane: (fresh) => {
      replace(fresh.startControlPlane);
      log('dev', 'functions changed: the control plane is new');
    },
    failed: (cause) => log('dev', `functions changed, and do not start; those before go on: ${words(cause)}`),
    worker: (changed) => {
      log('dev', 'ingest-worker changed: restarting it');
      worker.restart(changed).catch((cause: unknown) => log('dev', words(cause)));
    },
  });
  parts.add({
    name: 'watcher',
    address: 'functions/ ingest-worker/',
    version,
    unhealthy: async () => undefined,
    close: unwatch,
  });
};

/**
 * Starts every part in the order of what needs what, and stops them in reverse. A part that fails takes down those
 * already started, so that nothing is left half-started.
 */
export const startPlatform = async (settings: Settings) => {
  const { ports, dataDir, dev, say, log } = settings;
  const parts = createParts({ say, log });
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    // A folder that was there before keeps its mode.
    await chmod(dataDir, 0o700);
    const secrets = await localSecrets(dataDir);
    const origin = `http://localhost:${ports.web}`;
    const platform = { ...settings, origin, secrets, parts };

    const aws = await addTable(platform);
    const identity = await addIdentity(platform);
    const mux = await addMux(platform);
    const worker = await addWorker(platform, { aws, mux });
    if (!dev && (await buildWeb(() => log('web app', 'building …')))) say('web app      built');
    const gateway = await addGateway(platform, { aws, identity, mux });
    if (dev) await addWatcher(platform, { worker, replace: gateway.replace });

    // Whoever is on the sign-in page can be found, followed and watched, whether or not they have signed in before.
    for (const { login } of identity.accounts) {
      const headers = { authorization: `Bearer ${await identity.issueToken(login)}` };
      await gateway.auth(new Request(`${origin}/auth/session`, { headers }));
    }
    return {
      origin,
      accounts: identity.accounts,
      password: identity.password,
      localSecret: secrets.localSecret,
      workerPid: worker.pid,
      stop: parts.stop,
    };
  } catch (cause) {
    await parts.stop();
    throw cause;
  }
};
