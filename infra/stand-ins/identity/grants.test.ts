import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ENTRIES_LIMIT, openGrants, RETRY_SECONDS } from './grants.ts';

const setUp = async () => {
  const dir = await mkdtemp(path.join(tmpdir(), 'vybzz-grants-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const file = path.join(dir, 'grants.json');
  const clock = { now: 1_000_000 };
  const lines: string[] = [];
  const open = () => openGrants({ file, now: () => clock.now, log: (line) => lines.push(line) });
  return { dir, file, clock, lines, open };
};

test('what is written is there after a reopening, and nothing else lies about', async () => {
  const { dir, clock, open } = await setUp();
  const adapter = await open();
  await Promise.all([
    adapter('Session').upsert('s1', { uid: 'u1', accountId: 'asha' }, 60),
    adapter('RefreshToken').upsert('t1', { grantId: 'g1' }, 60),
    adapter('AccessToken').upsert('t1', { grantId: 'g1' }, 60),
  ]);
  await adapter('RefreshToken').consume('t1');
  clock.now += RETRY_SECONDS * 1_000;

  const again = await open();
  expect(await again('Session').findByUid('u1')).toEqual({ uid: 'u1', accountId: 'asha' });
  expect(await again('RefreshToken').find('t1')).toEqual({ grantId: 'g1', consumed: 1_000 });
  await again('RefreshToken').revokeByGrantId('g1');
  await again('Session').destroy('s1');

  const last = await open();
  expect(await last('RefreshToken').find('t1')).toBeUndefined();
  expect(await last('AccessToken').find('t1')).toEqual({ grantId: 'g1' });
  expect(await last('Session').findByUid('u1')).toBeUndefined();
  expect(await readdir(dir)).toEqual(['grants.json']);
});

test('what has expired is not found, and goes with the next write', async () => {
  const { file, clock, open } = await setUp();
  const adapter = await open();
  await adapter('Session').upsert('old', { uid: 'old' }, 60);
  clock.now += 60_000;
  expect(await adapter('Session').find('old')).toBeUndefined();
  expect(await adapter('Session').findByUid('old')).toBeUndefined();
  await adapter('Session').upsert('new', { uid: 'new' }, 60);
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual([expect.objectContaining({ id: 'new' })]);
});

test('beyond the limit, who has signed in stays, however many sessions a stranger makes', async () => {
  const { open } = await setUp();
  const adapter = await open();
  await adapter('Session').upsert('a person', { uid: 'p', accountId: 'asha' }, 60);
  await adapter('RefreshToken').upsert('their token', { grantId: 'g1' }, 60);
  const visits = Array.from({ length: ENTRIES_LIMIT }, (_, n) =>
    adapter('Session').upsert(`visit-${n}`, { uid: `v${n}` }, 14 * 24 * 3600),
  );
  await Promise.all(visits);
  expect(await adapter('Session').find('a person')).toMatchObject({ accountId: 'asha' });
  expect(await adapter('RefreshToken').find('their token')).toMatchObject({ grantId: 'g1' });
  expect(await adapter('Session').find(`visit-${ENTRIES_LIMIT - 1}`)).toBeDefined();
  expect(await adapter('Session').find('visit-0')).toBeUndefined();
});

test('beyond the limit, what expires first goes first', async () => {
  const { open } = await setUp();
  const adapter = await open();
  await adapter('Session').upsert('a person', { uid: 'p' }, 14 * 24 * 3600);
  const visits = Array.from({ length: ENTRIES_LIMIT }, (_, n) =>
    adapter('Interaction').upsert(`visit-${n}`, { uid: `v${n}` }, 600 + n),
  );
  await Promise.all(visits);
  expect(await adapter('Interaction').find('visit-0')).toBeUndefined();
  expect(await adapter('Interaction').find('visit-1')).toBeDefined();
  expect(await adapter('Session').find('a person')).toBeDefined();
});
