import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
const ENVIRONMENT = {
  PATH: process.env['PATH'],
  PORT: '0',
  TABLE_NAME: 'none',
  ALLOWED_ORIGINS: 'http://localhost:3000',
  AWS_REGION: 'us-east-1',
};

let child: ChildProcess | undefined;
afterEach(() => void child?.kill('SIGKILL'));

const start = (environment: Record<string, string | undefined>) => {
  const made = spawn(process.execPath, ['--import', 'tsx', MAIN], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child = made;
  const [out, err]: [string[], string[]] = [[], []];
  createInterface(made.stdout).on('line', (line) => out.push(line));
  createInterface(made.stderr).on('line', (line) => err.push(line));
  return { out, err, exited: once(made, 'exit').then(([code]) => code), kill: () => made.kill('SIGTERM') };
};

describe('the process', () => {
  it('says in a sentence each what is missing, and ends', async () => {
    const { err, exited } = start({ PATH: ENVIRONMENT.PATH });
    expect(await exited).toBe(1);
    expect(err).toEqual(['ingest-worker: TABLE_NAME is missing', 'ingest-worker: ALLOWED_ORIGINS is missing']);
  });

  it('[S10] listens, and ends cleanly when it is told to', async () => {
    const { out, exited, kill } = start(ENVIRONMENT);
    await expect.poll(() => out.map((line) => JSON.parse(line).message), { timeout: 20_000 }).toEqual(['worker ready']);
    const { port } = JSON.parse(out[0] ?? '{}');
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
    kill();
    expect(await exited).toBe(0);
    expect(out.map((line) => JSON.parse(line).message)).toEqual(['worker ready', 'worker leaving', 'worker gone']);
  });
});
