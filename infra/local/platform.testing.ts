import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '#stand-ins/free-port';
import { ROOT } from './machine.mjs';

const VARIABLES = ['PORT', 'IDENTITY_PORT', 'INGEST_PORT', 'MUX_PORT', 'RTMPS_PORT', 'DYNAMODB_PORT'] as const;

/** An environment for one platform: free ports and a data folder of its own, removed by `remove`. */
export const makePlace = async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'vybzz-test-'));
  const environment: Record<string, string> = { DATA_DIR: dataDir, CI: 'true' };
  for (const variable of VARIABLES) environment[variable] = String(await freePort());
  return { dataDir, environment, remove: () => rm(dataDir, { recursive: true, force: true }) };
};

/** Runs one of our commands to its end. */
export const runCommand = async (script: string, args: string[], environment: Record<string, string>) => {
  const child = spawn(process.execPath, [join(ROOT, 'infra/commands', script), ...args], {
    cwd: ROOT,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stdout.on('data', (part) => (said += String(part)));
  child.stderr.on('data', (part) => (said += String(part)));
  const [code] = await once(child, 'close');
  return { code: Number(code), said };
};

/** Starts a platform as `npm start` does; settles at its banner, or with its exit. */
export const startCommand = async (environment: Record<string, string>, args: string[] = []) => {
  const child = spawn(process.execPath, [join(ROOT, 'infra/commands/start.mjs'), '--yes', ...args], {
    cwd: ROOT,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  const closed = once(child, 'close').then(([code]) => code as number | null);
  const banner = new Promise<void>((settle) => {
    const hear = (part: unknown): void => {
      said += String(part);
      if (said.includes('Ctrl-C')) settle();
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
  });
  const code = await Promise.race([banner.then(() => undefined), closed]);
  return {
    origin: `http://localhost:${environment['PORT']}`,
    pid: child.pid ?? 0,
    said: () => said,
    /** Undefined while it runs; its exit code where it ended before the banner. */
    endedWith: code,
    kill: async (signal: NodeJS.Signals): Promise<number | null> => {
      child.kill(signal);
      return closed;
    },
  };
};
