import { describe, expect, it } from 'vitest';
import type { MediaFacts } from './container.ts';
import { ffmpegArgs } from './ffmpeg-args.ts';

const facts = (overrides: Partial<MediaFacts> = {}): MediaFacts => ({
  container: 'matroska',
  video: { codec: 'h264', width: 1_280, height: 720 },
  audio: { codec: 'aac', sampleRate: 48_000, channels: 2 },
  ...overrides,
});

const HEAD =
  '-hide_banner -nostats -loglevel warning -progress pipe:3 -stats_period 1 -max_alloc 268435456 ' +
  '-protocol_whitelist pipe -probesize 32k -analyzeduration 0 -fpsprobesize 0 -copyts -threads 1';
const TAIL =
  '-max_interleave_delta 1000000 -output_ts_offset 0.1 -f flv -flvflags no_duration_filesize+no_sequence_end pipe:1';
const AAC = '-c:a aac -b:a 128k -ar 44100 -ac 2';
const X264 =
  '-fps_mode passthrough -c:v libx264 -preset veryfast -tune zerolatency -profile:v main -pix_fmt yuv420p -threads 1 ' +
  '-b:v 2500k -maxrate 2800k -bufsize 4000k -g 60 -keyint_min 60 -sc_threshold 0';
const PAD = 'tpad=stop_mode=clone:stop_duration=0.0334';
const SCALE = 'scale=1280:720:force_original_aspect_ratio=decrease,pad=1280:720:-1:-1,setsar=1';

const line = (...settings: Parameters<typeof ffmpegArgs>): string => ffmpegArgs(...settings).join(' ');

describe('[E1] arguments', () => {
  it('copy', () => {
    expect(line({ facts: facts(), pipeline: 'copy', sound: true })).toBe(
      `${HEAD} -f matroska -i pipe:0 -map 0:v:0 -c:v copy -map 0:a:0 -c:a copy ${TAIL}`,
    );
  });

  it('copy of fragmented MP4, and of a recording without sound', () => {
    expect(line({ facts: facts({ container: 'mp4' }), pipeline: 'copy', sound: false })).toBe(
      `${HEAD} -f mp4 -i pipe:0 -map 0:v:0 -c:v copy ${TAIL}`,
    );
  });

  it('sound encoded', () => {
    expect(line({ facts: facts(), pipeline: 'copy-video', sound: true })).toBe(
      `${HEAD} -f matroska -i pipe:0 -map 0:v:0 -c:v copy -map 0:a:0 ${AAC} ${TAIL}`,
    );
  });

  it('transcode', () => {
    expect(line({ facts: facts(), pipeline: 'transcode', sound: true })).toBe(
      `${HEAD} -f matroska -i pipe:0 -map 0:v:0 -vf ${PAD},fps=30,${SCALE} ${X264} -map 0:a:0 ${AAC} ${TAIL}`,
    );
  });

  it('[E3] a transcode that takes over cuts its input where the one before ended', () => {
    const published = { videoMs: 2_000, audioMs: 1_999 };
    expect(line({ facts: facts(), pipeline: 'transcode', sound: true, published })).toBe(
      `${HEAD} -f matroska -i pipe:0 -map 0:v:0 -vf ${PAD},fps=30,trim=start=2.0167,${SCALE} ${X264} ` +
        `-map 0:a:0 -af atrim=start=2.0217 ${AAC} ${TAIL}`,
    );
  });

  it('[E3] a copy that takes over needs no cut: what comes twice is dropped after it', () => {
    const settings = { facts: facts(), pipeline: 'copy', sound: true } as const;
    expect(line({ ...settings, published: { videoMs: 2_000, audioMs: 1_999 } })).toBe(line(settings));
  });

  it.each([
    [1_920, 1_080, '1280:720'],
    [1_080, 1_920, '720:1280'],
    [641, 361, '640:360'],
    [320, 180, '320:180'],
    [2_560, 1_080, '1280:540'],
    [4_096, 16, '1280:16'],
  ])('[E2] %d×%d is published as %s', (width, height, size) => {
    const video = { codec: 'vp8', width, height } as const;
    expect(line({ facts: facts({ video }), pipeline: 'transcode', sound: false })).toContain(`scale=${size}:`);
  });
});
