import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { NODE_ARGUMENTS } from './node-arguments.ts';

it('the container runs the worker with the arguments that are measured', () => {
  const dockerfile = readFileSync(new URL('Dockerfile', import.meta.url), 'utf8');
  const words: unknown = JSON.parse(/^CMD (.*)$/m.exec(dockerfile)?.[1] ?? '');
  expect(words).toEqual(['node', ...NODE_ARGUMENTS, 'worker.mjs']);
});

it('Node knows the arguments', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [...NODE_ARGUMENTS, '--print', '1 + 1']);
  expect(stdout.trim()).toBe('2');
});
