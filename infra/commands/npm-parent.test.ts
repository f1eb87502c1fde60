import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const MODULE = fileURLToPath(new URL('npm-parent.mjs', import.meta.url));
const PROGRAM = `
  import { endWithNpm } from ${JSON.stringify(MODULE)};
  process.once('SIGTERM', () => { console.log('told'); process.exit(0); });
  endWithNpm('start', 'dev');
  console.log('up');
  setTimeout(() => { console.log('left alone'); process.exit(0); }, Number(process.env.FOR_MS));
`;

/** What the program says when the shell that started it is killed; it would live for `forMs`. */
const said = async (event: string, forMs: number): Promise<string[]> => {
  // a second command keeps the shell from becoming the program
  const shell = spawn('sh', ['-c', '"$NODE" --input-type=module -e "$PROGRAM"; true'], {
    env: { ...process.env, NODE: process.execPath, PROGRAM, FOR_MS: String(forMs), npm_lifecycle_event: event },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  shell.stdout.on('data', (part) => {
    text += String(part);
    if (text === 'up\n') shell.kill('SIGTERM');
  });
  await once(shell.stdout, 'close');
  return text.trim().split('\n');
};

it.each(['start', 'dev'])('ends npm run %s with the npm that runs it', async (event) => {
  expect(await said(event, 30_000)).toEqual(['up', 'told']);
});

it('lets what a person started by itself outlive its shell', async () => {
  expect(await said('', 1_000)).toEqual(['up', 'left alone']);
});
