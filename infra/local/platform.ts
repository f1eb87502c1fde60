import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import Mux from '@mux/mux-node';
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureTable } from '#store/table';
import { buildWeb, bundleWorker, WEB_DIST } from './build.ts';
import { startControlPlane } from './control-plane.ts';
import { startVite, watchSources } from './dev.ts';
import { startGateway, type ServiceHealth } from './gateway.ts';
import { startIdentity } from '#stand-ins/identity/server';
import { startMux } from '#stand-ins/mux/server';
import { localSecrets, localSigningKey } from './secrets.ts';
import { startTable } from '#stand-ins/table/server';
import { openUploads } from '#stand-ins/uploads/uploads';
import { startWorkerProcess } from './worker-process.ts';

export type Ports = { web: number; identity: number; ingest: number; mux: number; rtmps: number; table: number };

type Settings = {
  ports: Ports;
  /** Everything that lasts is in here. */
  dataDir: string;
  version: string;
  ffmpegPath: string;
  /** Hot reload of the web app, and restart on change of functions and worker. */
  dev: boolean;
  /** A line for the person at the terminal, as each part gets ready. */
  say: (line: string) => void;
  /** What parts have to tell while they run. */
  log: (part: string, line: string) => void;
};

/** How long the platform may take to stop; the worker gets the larger part of it. */
const WORKER_GRACE_MS = 2_500;
const SWEEP_MS = 5_000;
const UPLOADS_BUCKET = 'vybzz-uploads';
const HEALTH_MS = 1_500;

type Part = {
  name: string;
  address: string;
  version: string;
  startedAt: () => number;
  healthy: () => Promise<string | undefined>;
  close: () => Promise<unknown>;
};

/** Why `GET url` is no sign of health; undefined when it is one. Any answer below 500 comes from something that lives. */
const unreachable = async (url: string): Promise<string | undefined> => {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(HEALTH_MS), redirect: 'manual' });
    return answer.status < 500 ? undefined : `answers ${answer.status}`;
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'TimeoutError') return 'does not answer';
    return 'is not reachable';
  }
};

/**
 * Starts every part in the order of what needs what, and stops them in reverse. A part that fails takes down those
 * already started, so that nothing is left half-started.
 */
export const startPlatform = async ({ ports, dataDir, version, ffmpegPath, dev, say, log }: Settings) => {
  const origin = `http://localhost:${ports.web}`;
  const parts: Part[] = [];
  const stop = async (): Promise<void> => {
    for (const part of parts.splice(0).reverse())
      await part
        .close()
        .catch((cause: unknown) =>
          log(part.name, `did not stop cleanly: ${cause instanceof Error ? cause.message : String(cause)}`),
        );
  };
  const add = (part: Omit<Part, 'startedAt'> & Partial<Part>): void => {
    const now = Date.now();
    parts.push({ startedAt: () => now, ...part });
    say(`${part.name.padEnd(12)} ${part.address}`);
  };

  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    // A folder that was there before keeps its mode.
    await chmod(dataDir, 0o700);
    const secrets = await localSecrets(dataDir);
    const tableName = 'vybzz';

    const table = await startTable({
      port: ports.table,
      dataDir: join(dataDir, 'table'),
      log: (line: string) => log('table', line),
    });
    add({
      name: 'table',
      address: table.url,
      version: 'dynalite',
      healthy: () => unreachable(`${table.url}/healthz`),
      close: table.close,
    });
    const aws = {
      region: 'us-east-1',
      endpoint: table.url,
      // The table takes any; the bucket of uploaded files takes these alone.
      credentials: { accessKeyId: 'local', secretAccessKey: secrets.localSecret },
    };
    const client = new DynamoDBClient(aws);
    await ensureTable(client, tableName);
    client.destroy();

    const identity = await startIdentity({
      port: ports.identity,
      dataDir: join(dataDir, 'identity'),
      webOrigin: origin,
      log: (line: string) => log('identity', line),
    });
    add({
      name: 'identity',
      address: identity.issuer,
      version: 'oidc-provider',
      healthy: () => unreachable(`${identity.issuer}/.well-known/openid-configuration`),
      close: identity.close,
    });

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
    add({
      name: 'mux',
      address: `${mux.url} and ${mux.rtmpsUrl}`,
      version: 'stand-in',
      healthy: () => unreachable(`${mux.url}/healthz`),
      close: mux.close,
    });

    const muxApi = new Mux({ tokenId: secrets.muxTokenId, tokenSecret: secrets.muxTokenSecret, baseURL: mux.url });
    const signingKey = await localSigningKey(dataDir, secrets, async () => {
      const { id, private_key: privateKey } = await muxApi.system.signingKeys.create();
      if (!privateKey) throw new Error('the Mux stand-in made a signing key without its private half');
      return { id, privateKey };
    });

    const bundle = join(dataDir, 'build', 'ingest-worker.mjs');
    await bundleWorker(bundle);
    const worker = await startWorkerProcess({
      bundle,
      port: ports.ingest,
      environment: {
        AWS_REGION: aws.region,
        AWS_ACCESS_KEY_ID: aws.credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: aws.credentials.secretAccessKey,
        AWS_ENDPOINT_URL_DYNAMODB: table.url,
        AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
        HOST: '127.0.0.1',
        PORT: String(ports.ingest),
        TABLE_NAME: tableName,
        ALLOWED_ORIGINS: `${origin},http://127.0.0.1:${ports.web}`,
        RTMPS_URL: mux.rtmpsUrl,
        RTMPS_CA_FILE: mux.caFile,
        FFMPEG_PATH: ffmpegPath,
      },
      log: (line) => log('worker', line),
    });
    add({
      name: 'worker',
      address: `ws://localhost:${ports.ingest}/stream/live/{streamKey}`,
      version,
      startedAt: worker.startedAt,
      healthy: () => unreachable(`${worker.url}/healthz`),
      close: () => worker.close(WORKER_GRACE_MS),
    });

    const environment = {
      TABLE_NAME: tableName,
      PUBLIC_ORIGIN: origin,
      INGEST_URL: `ws://localhost:${ports.web}/stream/live`,
      AUTH_ISSUERS: JSON.stringify([
        {
          issuer: identity.issuer,
          kind: 'oidc',
          clientId: identity.clientId,
          audience: identity.audience,
          creatorClaim: 'vybzz_creator',
        },
      ]),
      MUX_TOKEN_ID: secrets.muxTokenId,
      MUX_TOKEN_SECRET: secrets.muxTokenSecret,
      MUX_WEBHOOK_SECRETS: secrets.muxWebhookSecret,
      MUX_BASE_URL: mux.url,
      MUX_STREAM_URL: `${mux.url}/play`,
      MUX_IMAGE_URL: `${mux.url}/image`,
      REALTIME_ENDPOINT: `${origin}/_local`,
      MUX_SIGNING_KEY_ID: signingKey.id,
      MUX_SIGNING_PRIVATE_KEY: signingKey.privateKey,
      VERSION: version,
      CURSOR_SECRET: secrets.cursorSecret,
      UPLOADS_BUCKET,
      UPLOADS_URL: `${origin}/s3/${UPLOADS_BUCKET}`,
    };
    const controlPlaneSettings = { environment, aws, log: (line: string) => log('functions', line) };
    let controlPlane = startControlPlane(controlPlaneSettings);
    const sweep = setInterval(() => {
      controlPlane
        .sweep()
        .catch((cause: unknown) => log('sweep', cause instanceof Error ? cause.message : String(cause)));
    }, SWEEP_MS);

    if (!dev && (await buildWeb(() => log('web app', 'building …')))) say('web app      built');
    const gateway = await startGateway({
      port: ports.web,
      version,
      controlPlane: () => controlPlane,
      workerPort: ports.ingest,
      web: dev ? { dev: startVite } : { dist: WEB_DIST },
      otherOrigins: [identity.issuer, mux.url],
      uploads: openUploads({
        dir: join(dataDir, 'uploads'),
        bucket: UPLOADS_BUCKET,
        credentials: aws.credentials,
      }),
      services: async (): Promise<ServiceHealth[]> =>
        Promise.all(
          parts.map(async ({ name, address, version: of, startedAt, healthy }) => {
            const because = await healthy();
            return {
              name,
              address,
              version: of,
              healthy: because === undefined,
              ...(because === undefined ? {} : { because }),
              uptimeSeconds: Math.floor((Date.now() - startedAt()) / 1_000),
            };
          }),
        ),
      issueToken: async (login) =>
        identity.accounts.some((account) => account.login === login) ? identity.issueToken(login) : undefined,
      localSecret: secrets.localSecret,
      log: (line) => log('gateway', line),
    });
    add({
      name: 'gateway',
      address: origin,
      version,
      healthy: async () => undefined,
      close: () => {
        clearInterval(sweep);
        return gateway.close();
      },
    });

    if (dev) {
      const unwatch = await watchSources(join(dataDir, 'build'), {
        controlPlane: (fresh) => {
          controlPlane = fresh.startControlPlane(controlPlaneSettings);
          log('dev', 'functions changed: the control plane is new');
        },
        worker: (changed) => {
          log('dev', 'ingest-worker changed: restarting it');
          worker
            .restart(changed)
            .catch((cause: unknown) => log('dev', cause instanceof Error ? cause.message : String(cause)));
        },
      });
      add({
        name: 'watcher',
        address: 'functions/ ingest-worker/',
        version,
        healthy: async () => undefined,
        close: unwatch,
      });
    }

    // Whoever is on the sign-in page can be found, followed and watched, whether or not they have signed in before.
    for (const { login } of identity.accounts) {
      const token = await identity.issueToken(login);
      const headers = { authorization: `Bearer ${token}` };
      await controlPlane.rooms.auth.fetch(new Request(`${origin}/auth/session`, { headers }));
    }

    return {
      origin,
      accounts: identity.accounts,
      password: identity.password,
      localSecret: secrets.localSecret,
      workerPid: worker.pid,
      stop,
    };
  } catch (cause) {
    await stop();
    throw cause;
  }
};
