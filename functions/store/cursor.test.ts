import { expect, it } from 'vitest';
import { createCursors } from './cursor.ts';

const cursors = createCursors({ secret: 'a secret for cursors' });
const POSITION = { listSort: '2030-01-01T00:00:00.000Z#str_1', pk: 'STREAM#str_1' };

it('opens what it has sealed, for the list that it was sealed for', () => {
  const cursor = cursors.seal('streams:live', POSITION);
  expect(cursor).toMatch(/^[\w-]+$/);
  expect(cursors.seal('streams:live', POSITION)).toBe(cursor);
  expect(cursors.open('streams:live', cursor ?? '')).toEqual(POSITION);
  expect(cursors.open('streams:mine:usr_1', cursor ?? '')).toBeUndefined();
  expect(cursors.seal('streams:live', undefined)).toBeUndefined();
});

it('tells nobody where it goes on: a word of what they may not see may be there', () => {
  const cursor = cursors.seal('search:streams:se', { pk: 'SEARCH#streams#se', sk: 'secretword#9#str_1' }) ?? '';
  for (const encoding of ['base64url', 'latin1'] as const)
    for (const part of cursor.split('.'))
      for (const word of ['secretword', 'SEARCH', 'str_1'])
        expect(Buffer.from(part, encoding).toString('latin1')).not.toContain(word);
});

it('opens nothing that was changed, cut, made up, or sealed by another', () => {
  const cursor = cursors.seal('l', POSITION) ?? '';
  const bytes = Buffer.from(cursor, 'base64url');
  const flipped = Array.from(bytes, (byte, at) => {
    const changed = Buffer.from(bytes);
    changed[at] = byte ^ 1;
    return changed.toString('base64url');
  });
  const readable = Buffer.from(JSON.stringify({ pk: 'USER#usr_1' })).toString('base64url');
  const stranger = createCursors({ secret: 'another secret' }).seal('l', POSITION) ?? '';
  const made = ['', '.', readable, `${readable}.${cursor}`, cursor.slice(0, -1), `${cursor}=`, stranger, 'é.é'];
  for (const text of [...flipped, ...made]) expect(cursors.open('l', text)).toBeUndefined();
});
