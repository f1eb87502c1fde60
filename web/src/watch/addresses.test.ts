import { expect, it } from 'vitest';
import { addressesIn, renewedAddresses, withTokenOf } from './addresses.ts';

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

const playlistOf = (signature: string) =>
  [
    '#EXTM3U',
    `#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="sub",NAME="English",URI="text/en.m3u8?signature=${signature}"`,
    '#EXT-X-STREAM-INF:BANDWIDTH=1000000,SUBTITLES="sub"',
    `https://edge.test/360/live.m3u8?signature=${signature}`,
    '#EXT-X-STREAM-INF:BANDWIDTH=3000000,SUBTITLES="sub"',
    `720/live.m3u8?signature=${signature}`,
    '',
  ].join('\r\n');

it('a rendition is asked for by the address that the latest playlist has for it', () => {
  const from = 'https://m.test/p.m3u8?token=t';
  const before = addressesIn(playlistOf('old'), from);
  expect(before).toEqual([
    'https://m.test/text/en.m3u8?signature=old',
    'https://edge.test/360/live.m3u8?signature=old',
    'https://m.test/720/live.m3u8?signature=old',
  ]);
  const renewed = renewedAddresses(before, addressesIn(playlistOf('new'), from));
  expect([...renewed.values()]).toEqual(before.map((address) => address.replace('old', 'new')));
  expect([...renewed.keys()]).toEqual(before);
});

it('renditions that are others now are not mixed up', () => {
  expect(renewedAddresses(['https://m.test/1', 'https://m.test/2'], ['https://m.test/3'])).toEqual(new Map());
});
