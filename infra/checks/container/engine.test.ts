import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { buildTrouble } from './engine.ts';

const MAIN = fileURLToPath(new URL('container.ts', import.meta.url));

const containerTest = async (...args: string[]): Promise<{ code: unknown; said: string }> => {
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN, ...args], {
    env: { ...process.env, DOCKER_HOST: 'unix:///nowhere/docker.sock', NODE_NO_WARNINGS: '1' },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (said += String(part)));
  const [code] = await once(child, 'close');
  return { code, said };
};
const STARTS_MS = 30_000;

describe('npm run test:container', () => {
  it('says so where no engine is, and is neither passed nor failed', { timeout: STARTS_MS }, async () => {
    const { code, said } = await containerTest();
    expect(code).toBe(2);
    expect(said).toMatch(/needs a Docker engine on Linux, and .*Nothing was tested\./);
  });

  it('tells its rows, and refuses one that it does not know', { timeout: STARTS_MS }, async () => {
    const help = await containerTest('--help');
    expect(help.code).toBe(0);
    for (const row of ['image', 'confined', 'copied', 'encoded', 'stopped', 'killed']) expect(help.said).toContain(row);
    const unknown = await containerTest('--rows', 'stopped,sunk');
    expect(unknown.code).toBe(2);
    expect(unknown.said).toContain('✗ There is no sunk');
  });
});

describe('a build that failed', () => {
  it.each([
    ["Err:1 http://deb.debian.org bookworm InRelease\n  Temporary failure resolving 'deb.debian.org'"],
    ['npm error code EAI_AGAIN\nnpm error request to https://registry.npmjs.org/x failed'],
  ])('is told what may help where it reached no registry', (output) => {
    expect(buildTrouble(output, 'default')).toMatch(/BUILD_NETWORK=host/);
    expect(buildTrouble(output, 'host')).not.toMatch(/BUILD_NETWORK=host/);
  });

  it('is told as it is otherwise', () => {
    const output = [...Array(40).keys(), 'ERROR: could not resolve "./gone.ts"'.replace('could not', 'cannot')].join(
      '\n',
    );
    expect(buildTrouble(output, 'default').split('\n')).toHaveLength(12);
    expect(buildTrouble(output, 'default')).toMatch(/gone\.ts"$/);
  });
});
