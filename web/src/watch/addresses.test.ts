import { expect, it } from 'vitest';
import { withTokenOf } from './hls-source.ts';

it.each([
  [
    'a playlist with an older token',
    'https://m.test/r/live.m3u8?token=old&of=p',
    'https://m.test/p.m3u8?token=new',
    'https://m.test/r/live.m3u8?token=new&of=p',
  ],
  [
    'one with this token',
    'https://m.test/r/live.m3u8?token=new',
    'https://m.test/p.m3u8?token=new',
    'https://m.test/r/live.m3u8?token=new',
  ],
  [
    'one that has its own signature',
    'https://m.test/r/live.m3u8?signature=s',
    'https://m.test/p.m3u8?token=new',
    'https://m.test/r/live.m3u8?signature=s',
  ],
  ['what everybody may see', 'https://m.test/r/live.m3u8', 'https://m.test/p.m3u8', 'https://m.test/r/live.m3u8'],
])('%s is asked for with the token of now, and with nothing that it did not have', (_, asked, current, expected) => {
  expect(withTokenOf(asked, current)).toBe(expected);
});
