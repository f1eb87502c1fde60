import { expect, it } from 'vitest';
import { createCursors } from './cursor.ts';

const cursors = createCursors({ secret: 'a secret for cursors' });
const POSITION = { listSort: '2030-01-01T00:00:00.000Z#str_1', pk: 'STREAM#str_1' };

it('opens what it has sealed, for the list that it was sealed for', () => {
  const cursor = cursors.seal('streams:live', POSITION);
  expect(cursor).toMatch(/^[\w-]+\.[\w-]+$/);
  expect(cursors.open('streams:live', cursor ?? '')).toEqual(POSITION);
  expect(cursors.open('streams:mine:usr_1', cursor ?? '')).toBeUndefined();
  expect(cursors.seal('streams:live', undefined)).toBeUndefined();
});

it('opens nothing that was changed, cut, made up, or sealed by another', () => {
  const cursor = cursors.seal('l', POSITION) ?? '';
  const [body = '', signature = ''] = cursor.split('.');
  const other = Buffer.from(JSON.stringify({ pk: 'USER#usr_1' })).toString('base64url');
  const stranger = createCursors({ secret: 'another secret' }).seal('l', POSITION) ?? '';
  for (const text of ['', '.', body, `${body}.`, `${other}.${signature}`, cursor.slice(0, -1), stranger, 'é.é'])
    expect(cursors.open('l', text)).toBeUndefined();
});
