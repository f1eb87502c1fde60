import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const read = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');
const text = read('RUNBOOK.md');
const section = (name: string): string => text.split(/^## /m).find((part) => part.startsWith(`${name}\n`)) ?? '';

it('says how each secret is rotated', () => {
  const rotation = section('Rotate a secret');
  for (const secret of [
    'Mux’s token',
    'the webhook secret',
    'the signing key',
    'the cursors’ secret',
    'the edge’s secret',
    'a channel’s stream key',
  ])
    expect(rotation).toContain(`| ${secret.replaceAll('’', "'")} |`);
});

it('has what an operator may have to do in a hurry', () => {
  for (const name of [
    'Deploy',
    'Roll back',
    'Drain a task by hand',
    'Take a show off the air, or get one unstuck',
    'Take it down',
    'Restore the table',
    'Alarms',
    'Limits to raise first',
  ])
    expect(section(name).length, name).toBeGreaterThan(100);
});

it('names nothing that is not there', () => {
  const scripts = Object.keys((JSON.parse(read('../package.json')) as { scripts: object }).scripts);
  for (const [, script] of text.matchAll(/npm run ([\w:]+)/g)) expect(scripts).toContain(script);
  const both = `${text}${read('ROLES.md')}`;
  for (const [, file] of both.matchAll(/`((?:infra|ingest-worker|functions)\/[\w./-]+\.\w+)`/g))
    expect(() => read(`../${file}`)).not.toThrow();
});
