import { describe, expect, it } from 'vitest';
import { mediaPlaylist } from './playlists.ts';

const at_ms = Date.UTC(2026, 0, 1);
const segments = [0, 0, 1, 1, 1].map((run, index) => ({
  run,
  file: `${run}-0000${index}.ts`,
  seconds: 2,
  bytes: 1,
  at_ms: at_ms + index * 2_000,
}));

describe('a media playlist', () => {
  it('of a recording holds all of it, with a break where the encoder came back, and its end', () => {
    expect(mediaPlaylist({ segments, ended: true })).toBe(
      [
        '#EXTM3U',
        '#EXT-X-VERSION:3',
        '#EXT-X-TARGETDURATION:2',
        '#EXT-X-MEDIA-SEQUENCE:0',
        '#EXT-X-PLAYLIST-TYPE:VOD',
        '#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00.000Z',
        '#EXTINF:2.00000,',
        '0-00000.ts',
        '#EXTINF:2.00000,',
        '0-00001.ts',
        '#EXT-X-DISCONTINUITY',
        '#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:04.000Z',
        '#EXTINF:2.00000,',
        '1-00002.ts',
        '#EXTINF:2.00000,',
        '1-00003.ts',
        '#EXTINF:2.00000,',
        '1-00004.ts',
        '#EXT-X-ENDLIST',
        '',
      ].join('\n'),
    );
  });

  it('of a live stream that runs grows at its end only', () => {
    const playlist = mediaPlaylist({ segments, ended: false });
    expect(playlist).toContain('#EXT-X-PLAYLIST-TYPE:EVENT');
    expect(playlist).not.toContain('ENDLIST');
  });

  it('of a live playback id is a window, and counts what has left it', () => {
    const playlist = mediaPlaylist({ segments, windowSeconds: 3, ended: false });
    expect(playlist).toContain('#EXT-X-MEDIA-SEQUENCE:3\n#EXT-X-DISCONTINUITY-SEQUENCE:1\n');
    expect(playlist.match(/\.ts/g)).toHaveLength(2);
    expect(playlist).not.toMatch(/PLAYLIST-TYPE|DISCONTINUITY\n/);
    expect(mediaPlaylist({ segments, windowSeconds: 30, ended: false })).toContain('#EXT-X-MEDIA-SEQUENCE:0\n');
  });

  it('counts a break as gone only when its segment is', () => {
    expect(mediaPlaylist({ segments, windowSeconds: 6, ended: false })).toContain(
      '#EXT-X-MEDIA-SEQUENCE:2\n#EXT-X-DISCONTINUITY-SEQUENCE:1\n',
    );
    expect(mediaPlaylist({ segments, windowSeconds: 8, ended: false })).not.toContain('DISCONTINUITY-SEQUENCE');
  });
});
