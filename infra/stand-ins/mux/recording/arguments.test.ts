import { describe, expect, it } from 'vitest';
import { pictureArguments } from '../playback/pictures.ts';
import { runArguments } from './run.ts';

describe('FFmpeg', () => {
  it('is told to copy a live stream from its input into segments, and nothing that is secret', () => {
    expect(runArguments(3, 2).join(' ')).toBe(
      '-hide_banner -nostats -loglevel error -protocol_whitelist pipe,file -analyzeduration 1000000 -fpsprobesize 0 -f flv -i pipe:0 ' +
        '-map 0:v? -map 0:a? -c copy -f segment -segment_format mpegts -segment_time 2 ' +
        '-segment_list pipe:1 -segment_list_type csv 3-%05d.ts',
    );
  });

  it('is told to take one picture out of a segment', () => {
    const picture = { file: '0-00001.ts', offsetSeconds: 0.5, format: 'jpg' } as const;
    expect(pictureArguments({ ...picture, width: 320 }).join(' ')).toBe(
      '-hide_banner -nostats -loglevel error -protocol_whitelist file,pipe -i 0-00001.ts -ss 0.500 -an -frames:v 1 ' +
        '-vf scale=320:-2 -c:v mjpeg -q:v 3 -f image2pipe pipe:1',
    );
    expect(pictureArguments(picture)).not.toContain('-vf');
    expect(pictureArguments({ ...picture, width: 320, height: 180 })).toContain('scale=320:180');
  });
});
