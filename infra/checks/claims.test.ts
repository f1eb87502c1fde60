import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const ROOT = new URL('../../', import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, ROOT), 'utf8');

const text = read('infra/checks/README.md');
const table = text.slice(text.indexOf('## What holds each claim'));
const rows = table
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .slice(2)
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, claim = '', held = '']) => ({
    claim,
    held,
    named: [...held.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
  }));

const scripts = Object.keys((JSON.parse(read('package.json')) as { scripts: object }).scripts);
const isThere = (name: string): boolean => {
  const command = /^npm (?:run )?(\S+)$/.exec(name)?.[1];
  if (command !== undefined) return scripts.includes(command);
  return !name.includes('/') || existsSync(new URL(name, ROOT));
};

describe('what holds each claim', () => {
  it.each(rows)('is there, or is said to be seen by hand or in an account alone: $claim', ({ held, named }) => {
    const tests = named.filter((name) => name.startsWith('npm ') || name.includes('/'));
    expect(tests.length > 0 || /needs an account|by hand/.test(held)).toBe(true);
    expect(named.filter((name) => !isThere(name))).toEqual([]);
  });

  it('leaves out no command that README.md and the runbook promise', () => {
    const promised = ['README.md', 'infra/RUNBOOK.md'].flatMap((file) =>
      [...read(file).matchAll(/npm run (?:-s )?([\w:]+)/g)].map(([, command = '']) => command),
    );
    const told = `${text}${rows.map(({ claim }) => claim).join(' ')}`;
    const untold = [...new Set(promised)].filter((command) => !told.includes(command));
    expect(untold).toEqual([]);
  });
});
