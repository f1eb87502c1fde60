import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';

/** What a room's Lambda may weigh and how long it may take to load: every cold start pays both. */
const BUDGET = { bytes: 620 * 1024, importMs: 120 } as const;
/** With the library that knows pictures, whose machine code is loaded and not compiled. Nobody waits for it but who posts a file. */
const PICTURES_BUDGET = { bytes: 24 * 1024 * 1024, importMs: 250 } as const;
export const budgetOf = (room: Room): { bytes: number; importMs: number } =>
  room === 'uploads' ? PICTURES_BUDGET : BUDGET;

export const ROOMS = ['auth', 'users', 'posts', 'streams', 'webhooks', 'realtime', 'uploads', 'pages'] as const;
export type Room = (typeof ROOMS)[number];

/** Other work on the machine only ever adds time, so the quickest of a few is what the code costs. */
const LOADS = 7;

/** What a room asks of its environment before it loads; nothing here is reached. */
export const ENVIRONMENT = {
  PATH: process.env['PATH'],
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'none',
  AWS_SECRET_ACCESS_KEY: 'none',
  AWS_EMF_ENVIRONMENT: 'Local',
  TABLE_NAME: 'none',
  PUBLIC_ORIGIN: 'http://localhost',
  INGEST_URL: 'ws://localhost/stream/live',
  AUTH_ISSUERS: JSON.stringify([{ issuer: 'http://localhost', kind: 'oidc', clientId: 'none', audience: 'none' }]),
  MUX_TOKEN_ID: 'none',
  MUX_TOKEN_SECRET: 'none',
  MUX_WEBHOOK_SECRETS: 'none',
  CURSOR_SECRET: 'none, but long enough',
  VAPID_SECRET: 'none, but long enough',
  REALTIME_ENDPOINT: 'http://localhost/realtime',
};

export type Measured = { room: Room; bytes: number; importMs: number };

/** What has machine code in it lies beside a bundle, with what it needs. */
const BESIDE = ['sharp'];
const BESIDE_FOLDERS = ['sharp', '@img', 'detect-libc', 'semver'];
const PACKAGES = fileURLToPath(new URL('../node_modules', import.meta.url));
/** Ways to credentials that a Lambda never takes, because its environment holds them. */
const NEVER_LOADED = [
  '@aws-sdk/credential-provider-ini',
  '@aws-sdk/credential-provider-process',
  '@aws-sdk/credential-provider-sso',
  '@aws-sdk/credential-provider-web-identity',
  '@smithy/credential-provider-imds',
];

/** Bundles a room as `infra/constructs/room-function.ts` has it bundled. */
export const bundle = async (room: Room, outfile: string): Promise<void> => {
  await build({
    entryPoints: [fileURLToPath(new URL(`./assembly/lambdas/${room}.ts`, import.meta.url))],
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    external: [...NEVER_LOADED, ...BESIDE],
    mainFields: ['module', 'main'],
    logLevel: 'warning',
    banner: {
      js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
    },
  });
};

/**
 * How long a fresh process takes to import a bundle. The less of the wall's time and the processor's: where others keep the
 * machine busy the wall runs on, and where nobody does the compiler's threads count twice.
 */
const load = async (file: string): Promise<number> => {
  const script = `const began = performance.now(), used = process.cpuUsage();
    await import(${JSON.stringify(pathToFileURL(file).href)});
    const wall = performance.now() - began, { user, system } = process.cpuUsage(used);
    process.stdout.write(String(Math.min(wall, (user + system) / 1000))); process.exit();`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], {
    env: ENVIRONMENT,
  });
  return Number(stdout);
};

/** All files in a folder, in bytes. */
const weigh = async (folder: string): Promise<number> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
};

/** What a room's Lambda weighs: its bundle, and what lies beside it. */
export const weightOf = async (room: Room, file: string): Promise<number> => {
  const beside = room === 'uploads' ? BESIDE_FOLDERS.map((name) => weigh(join(PACKAGES, name))) : [];
  const weights = [(await stat(file)).size, ...(await Promise.all(beside))];
  return weights.reduce((sum, bytes) => sum + bytes, 0);
};

/** One room's bundle, weighed and loaded in fresh processes. */
export const measure = async (room: Room, directory: string): Promise<Measured> => {
  const file = join(directory, `${room}.mjs`);
  await bundle(room, file);
  const bytes = await weightOf(room, file);
  let importMs = Number.POSITIVE_INFINITY;
  for (let i = 0; i < LOADS; i++) importMs = Math.min(importMs, await load(file));
  return { room, bytes, importMs };
};

const overBudget = ({ room, bytes, importMs }: Measured): boolean =>
  bytes > budgetOf(room).bytes || importMs > budgetOf(room).importMs;

const line = (measured: Measured): string => {
  const { room, bytes, importMs } = measured;
  const size = `${Math.round(bytes / 1024)} KB`.padStart(9);
  return `${room.padEnd(10)}${size}${`${Math.round(importMs)} ms`.padStart(9)}${overBudget(measured) ? '   over budget' : ''}`;
};

/** Weighs all rooms and says so; false where one is over its budget. */
export const weighRooms = async (): Promise<boolean> => {
  const directory = await mkdtemp(join(tmpdir(), 'vybzz-sizes-'));
  try {
    await symlink(PACKAGES, join(directory, 'node_modules'));
    const all: Measured[] = [];
    for (const room of ROOMS) all.push(await measure(room, directory));
    console.log(`${'room'.padEnd(10)}${'size'.padStart(9)}${'import'.padStart(9)}`);
    for (const measured of all) console.log(line(measured));
    for (const [name, { bytes, importMs }] of Object.entries({ budget: BUDGET, pictures: PICTURES_BUDGET }))
      console.log(`${name.padEnd(10)}${`${bytes / 1024} KB`.padStart(9)}${`${importMs} ms`.padStart(9)}`);
    return !all.some(overBudget);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};
