import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LIMITS } from '../limits.ts';
import { emptyDir } from '../mux.testing.ts';
import { until } from '../../until.ts';
import { startChild } from './child.ts';

/** A process that does as the words say. */
const child = async (script: string, limits: Partial<typeof LIMITS> = {}) => {
  const command = join(await emptyDir(), 'child');
  await writeFile(command, `#!${process.execPath}\n${script}`);
  await chmod(command, 0o700);
  const stop = new AbortController();
  const started = startChild({ command, args: [], limits: { ...LIMITS, ...limits }, closing: stop.signal });
  let said = '';
  started.stdout.on('data', (words: Buffer) => (said += words.toString()));
  await until('it runs', () => said.includes('here'));
  return { ...started, stop };
};

const STUBBORN = `process.stdout.write('here'); process.on('SIGINT', () => process.stderr.write('no')); setInterval(() => {}, 1000);`;

describe('a process of ours', () => {
  it('leaves when its input ends', async () => {
    const { end, exited } = await child(`process.stdout.write('here'); process.stdin.resume();`);
    await end();
    expect(await exited).toEqual({ clean: true, lastWords: '' });
  });

  it('that does not is interrupted, then killed', async () => {
    const { end, exited } = await child(STUBBORN, { endMs: 50, interruptMs: 50 } as object);
    await end();
    expect(await exited).toEqual({ clean: false, lastWords: 'no' });
  });

  it('has less time when we stop, also when its end was asked for before', async () => {
    const { end, exited, stop } = await child(STUBBORN, { closeMs: 50, interruptMs: 50 } as object);
    const ended = end();
    stop.abort();
    await ended;
    expect(await exited).toMatchObject({ clean: false });
  });

  it('is over when it is over, whatever a grandchild of it does', async () => {
    const { exited, kill } = await child(
      `require('node:child_process').spawn(process.execPath, ['-e', 'setTimeout(() => {}, 3000)'], { stdio: 'inherit' });
       process.stdout.write('here'); setInterval(() => {}, 1000);`,
    );
    const began = Date.now();
    kill();
    await exited;
    expect(Date.now() - began).toBeLessThan(2_000);
  });

  it('that cannot be started says why', async () => {
    const { exited } = startChild({
      command: '/no/such/program',
      args: [],
      limits: LIMITS,
      closing: new AbortController().signal,
    });
    expect(await exited).toMatchObject({ clean: false, lastWords: expect.stringContaining('ENOENT') });
  });
});
