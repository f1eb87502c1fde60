import { readdirSync, readFileSync } from 'node:fs';
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

it('names what a preflight asks, for who gives a role to deploy', () => {
  const asked = [...read('deploy/account.ts').matchAll(/new (\w+)Command\(/g)].map(([, name = '']) => name);
  const release = section('Release').replaceAll(/\s+/g, ' ');
  // API Gateway's permissions are called by the method of HTTP.
  const missing = asked.filter((name) => !release.includes(name === 'GetAccount' ? 'apigateway:GET' : `:${name}\``));
  expect(asked.length).toBeGreaterThan(5);
  expect(missing).toEqual([]);
});

it('says no command that would not be understood, here, in the README and in the decisions', () => {
  const scripts = Object.keys((JSON.parse(read('../package.json')) as { scripts: object }).scripts);
  const actions = [...read('deploy/operate.ts').matchAll(/^ {2}'?([\w-]+)'?(?:: |,$)/gm)].map(([, name]) => name);
  const decisions = readdirSync(new URL('decisions/', import.meta.url))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `decisions/${name}`);
  for (const file of ['RUNBOOK.md', 'ROLES.md', '../README.md', 'checks/README.md', ...decisions])
    for (const [said, script, action] of read(file).matchAll(/npm run (?:-s )?([\w:]+)(?: -- ([\w-]+))?/g)) {
      // What was taken away is told of as such.
      if (file === 'decisions/releases-that-go-back.md' && action === 'restart') continue;
      expect(scripts, `${file}: ${said}`).toContain(script);
      if (script === 'operate' && action) expect(actions, `${file}: ${said}`).toContain(action);
    }
});

it('names nothing that is not there', () => {
  const scripts = Object.keys((JSON.parse(read('../package.json')) as { scripts: object }).scripts);
  for (const [, script] of text.matchAll(/npm run ([\w:]+)/g)) expect(scripts).toContain(script);
  const both = `${text}${read('ROLES.md')}`;
  for (const [, file] of both.matchAll(/`((?:infra|ingest-worker|functions)\/[\w./-]+\.\w+)`/g))
    expect(() => read(`../${file}`)).not.toThrow();
});
