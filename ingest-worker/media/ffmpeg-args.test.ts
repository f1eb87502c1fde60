import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import type { MediaFacts } from './container.ts';
import { ENCODER_AHEAD_MS, ffmpegArgs } from './ffmpeg-args.ts';
import { createFlvReader } from './flv-reader.ts';
import type { FlvTag } from './flv-tag.ts';

const facts = (overrides: Partial<MediaFacts> = {}): MediaFacts => ({
  container: 'matroska',
  video: { codec: 'h264', width: 1_280, height: 720 },
  audio: { codec: 'aac', sampleRate: 48_000, channels: 2 },
  ...overrides,
});

const HEAD =
  '-hide_banner -nostats -loglevel warning -progress pipe:3 -stats_period 1 -max_alloc 268435456 ' +
  '-max_pixels 16777216 ' +
  '-protocol_whitelist pipe -probesize 32k -analyzeduration 0 -fpsprobesize 0';
const only = (container: string, codecs = 'h264,aac'): string =>
  `-format_whitelist ${container} -codec_whitelist ${codecs} -copyts -threads 1 -noautorotate -f ${container} -i pipe:0 -map 0:v:0`;
const COPY = '-c:v copy -tag:v 7';
const TAIL =
  '-max_interleave_delta 1000000 -output_ts_offset 2.1 -f flv -flvflags no_duration_filesize+no_sequence_end pipe:1';
const AAC = '-c:a aac -b:a 128k -ar 44100 -ac 2';
const X264 =
  '-fps_mode passthrough -c:v libx264 -preset veryfast -tune zerolatency -profile:v main -pix_fmt yuv420p -threads 1 ' +
  '-x264-params fps=30 -b:v 2500k -maxrate 2800k -bufsize 4000k -g 250 -sc_threshold 0 ' +
  '-force_key_frames expr:if(isnan(prev_forced_t),1,gte(t,prev_forced_t+1.99))';
const OWN_RATE =
  "select='0*st(0,if(isnan(prev_t),4,min(4,ld(0)+max(0,t-prev_t)*30.6)))+" +
  "if(isnan(prev_selected_t)+gt(t,prev_selected_t),if(gte(ld(0),1),1+0*st(0,ld(0)-1),0),0)'";
const SCALE = 'scale=1280:720:force_original_aspect_ratio=decrease,pad=1280:720:-1:-1,setsar=1';

const line = (...settings: Parameters<typeof ffmpegArgs>): string => ffmpegArgs(...settings).join(' ');

describe('[E1] arguments', () => {
  it('copy', () => {
    expect(line({ facts: facts(), pipeline: 'copy', sound: true })).toBe(
      `${HEAD} ${only('matroska')} ${COPY} -map 0:a:0 -c:a copy -tag:a 10 ${TAIL}`,
    );
  });

  it('copy of fragmented MP4, and of a recording without sound', () => {
    const { audio: _, ...silent } = facts({ container: 'mp4' });
    expect(line({ facts: silent, pipeline: 'copy', sound: false })).toBe(
      `${HEAD} ${only('mp4', 'h264')} ${COPY} ${TAIL}`,
    );
  });

  it('sound encoded', () => {
    const audio = { codec: 'opus', sampleRate: 48_000, channels: 2 } as const;
    expect(line({ facts: facts({ audio }), pipeline: 'copy-video', sound: true })).toBe(
      `${HEAD} ${only('matroska', 'h264,opus')} ${COPY} -map 0:a:0 ${AAC} ${TAIL}`,
    );
  });

  it('transcode', () => {
    const video = { codec: 'vp9', width: 1_280, height: 720 } as const;
    expect(line({ facts: facts({ video }), pipeline: 'transcode', sound: true })).toBe(
      `${HEAD} ${only('matroska', 'vp9,aac')} -vf ${OWN_RATE},${SCALE} ${X264} -map 0:a:0 ${AAC} ${TAIL}`,
    );
  });

  it('[E3] a transcode that takes over cuts its input where the one before ended', () => {
    const published = { videoMs: 2_000, audioMs: 1_999 };
    expect(line({ facts: facts(), pipeline: 'transcode', sound: true, published })).toBe(
      `${HEAD} ${only('matroska')} -vf trim=start=2.0005,${OWN_RATE},${SCALE} ${X264} ` +
        `-map 0:a:0 -af atrim=start=2.0217 ${AAC} ${TAIL}`,
    );
  });

  it('[E16] one picture, twice, as key frames that a decoder can tell apart', () => {
    const recording = readFileSync(fileURLToPath(new URL('../fixtures/vp8-opus.webm', import.meta.url)));
    const settings = { facts: facts({ video: { codec: 'vp8', width: 320, height: 180 } }), sound: false } as const;
    const tagsOf = (stillAtMs?: number): FlvTag[] => {
      const tags: FlvTag[] = [];
      const reader = createFlvReader((tag) => tag.kind === 'video' && tags.push(tag), ENCODER_AHEAD_MS);
      const audio = { codec: 'opus', sampleRate: 48_000, channels: 2 } as const;
      const args = ffmpegArgs({ ...settings, facts: { ...settings.facts, audio }, pipeline: 'transcode', stillAtMs });
      const stdio = ['pipe', 'pipe', 'ignore', 'ignore'] as const;
      reader.push(spawnSync('ffmpeg', args, { input: recording, maxBuffer: 2 ** 26, stdio: [...stdio] }).stdout);
      return tags;
    };
    const [whole, still] = [tagsOf(), tagsOf(1_000)];
    expect(still.map(({ key, header }) => [key, header])).toEqual([
      [false, true],
      [true, false],
      [true, false],
    ]);
    // A decoder that is set up for the show takes it, too.
    expect(still[0]?.body.equals(whole[0]?.body ?? Buffer.alloc(0))).toBe(true);
    expect(still[1]?.body.equals(still[2]?.body ?? Buffer.alloc(0))).toBe(false);
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

  it.each<[Partial<MediaFacts['video']>, string]>([
    [{ turnedBy: 90 }, 'scale=720:1280:force_original_aspect_ratio=decrease,transpose=clock,pad=1280:720:-1:-1'],
    [{ turnedBy: 180 }, 'scale=720:1280:force_original_aspect_ratio=decrease,hflip,vflip,pad=720:1280:-1:-1'],
    [{ turnedBy: 270 }, 'scale=720:1280:force_original_aspect_ratio=decrease,transpose=cclock,pad=1280:720:-1:-1'],
    [{ mirrored: true }, 'scale=720:1280:force_original_aspect_ratio=decrease,hflip,pad=720:1280:-1:-1'],
  ])('[E2] a picture of 1080×1920 that lies as %o is set upright', (lies, filters) => {
    const video = { codec: 'h264', width: 1_080, height: 1_920, ...lies } as const;
    expect(line({ facts: facts({ video }), pipeline: 'transcode', sound: false })).toContain(`${filters},setsar=1`);
  });

  it.each([
    [320, 240, 4 / 3, '426:240'],
    [1_440, 1_080, 4 / 3, '1280:720'],
    [720, 576, 16 / 15, '768:576'],
    [720, 480, 8 / 9, '720:540'],
  ])('[E2] %d×%d with pixels of %d is published as %s', (width, height, pixelAspect, size) => {
    const video = { codec: 'vp8', width, height, pixelAspect } as const;
    expect(line({ facts: facts({ video }), pipeline: 'transcode', sound: false })).toContain(`pad=${size}:`);
  });

  it('[E2] 60 pictures a second where they were announced, and 30 otherwise', () => {
    const video = { codec: 'vp8', width: 1_280, height: 720 } as const;
    const at = (frameRate: number | undefined) =>
      line({ facts: facts({ video }), pipeline: 'transcode', sound: false, frameRate });
    expect(at(60)).toContain('*61.2)');
    expect(at(60)).toContain('-x264-params fps=60 -b:v 3500k');
    for (const frameRate of [undefined, 15, 30]) expect(at(frameRate)).toContain('-x264-params fps=30 -b:v 2500k');
  });
});

/** The options that say which formats and codecs there may be; each has a value. */
const LISTS = new Set(['-format_whitelist', '-codec_whitelist', '-tag:v', '-tag:a']);

/** What FFmpeg itself makes of a recording that is said to be something. */
const encode = (recording: Buffer, ...settings: Parameters<typeof ffmpegArgs>) => {
  const { status, stdout, stderr } = spawnSync('ffmpeg', ffmpegArgs(...settings), {
    input: recording,
    maxBuffer: 2 ** 26,
    stdio: ['pipe', 'pipe', 'pipe', 'ignore'],
  });
  return { status, bytes: stdout.byteLength, stderr: stderr.toString() };
};

const made = (container: 'matroska' | 'mp4', video: string, audio: string): Buffer => {
  const inputs = '-v error -f lavfi -i testsrc=s=320x180:d=0.5:r=30 -f lavfi -i sine=d=0.5';
  const output = container === 'mp4' ? '-f mp4 -movflags empty_moov+frag_keyframe' : '-f matroska';
  const args = `${inputs} -c:v ${video} -c:a ${audio} ${output} pipe:1`.split(' ');
  const { stdout } = spawnSync('ffmpeg', args, { maxBuffer: 2 ** 26 });
  expect(stdout.byteLength).toBeGreaterThan(1_000);
  return stdout;
};

describe('[E1] FFmpeg itself', () => {
  const H264 = { codec: 'h264', width: 320, height: 180 } as const;
  const VP8 = { ...H264, codec: 'vp8' } as const;
  const AAC_FACTS = { codec: 'aac', sampleRate: 44_100, channels: 1 } as const;
  const OPUS = { ...AAC_FACTS, codec: 'opus', sampleRate: 48_000 } as const;
  const recordings: Record<string, Buffer> = {};
  const recorded = (codec: string): Buffer => recordings[codec] ?? Buffer.alloc(0);
  beforeAll(() => {
    for (const codec of ['mjpeg', 'ffv1', 'libvpx', 'libx264']) recordings[codec] = made('matroska', codec, 'aac');
    recordings['flac'] = made('matroska', 'libx264', 'flac');
    recordings['mp4 of mpeg4'] = made('mp4', 'mpeg4', 'aac');
  });

  it.each(['mjpeg', 'ffv1', 'libvpx'])('refuses %s that was said to be H.264, copied or encoded', (codec) => {
    for (const pipeline of ['copy', 'transcode'] as const) {
      const video = { facts: facts({ video: H264, audio: AAC_FACTS }), pipeline, sound: true };
      const { status, bytes, stderr } = encode(recorded(codec), video);
      expect([status, bytes]).toEqual([1, 0]);
      expect(stderr).toContain("not on whitelist 'h264,aac'");
    }
  });

  it.each(['mjpeg', 'ffv1', 'libx264'])('refuses %s that was said to be VP8', (codec) => {
    const settings = { facts: facts({ video: VP8, audio: AAC_FACTS }), pipeline: 'transcode', sound: true } as const;
    const { status, bytes, stderr } = encode(recorded(codec), settings);
    expect([status, bytes]).toEqual([1, 0]);
    expect(stderr).toContain("not on whitelist 'vp8,aac'");
  });

  it('refuses sound, and fragmented MP4, of another codec than was said', () => {
    const opus = { facts: facts({ video: H264, audio: OPUS }), pipeline: 'copy-video', sound: true } as const;
    expect(encode(recorded('flac'), opus)).toMatchObject({ status: 1, bytes: 0 });
    const aac = { facts: facts({ video: H264, audio: AAC_FACTS }), pipeline: 'copy', sound: true } as const;
    expect(encode(recorded('flac'), aac)).toMatchObject({ status: 1, bytes: 0 });
    const mp4 = { ...aac, facts: { ...aac.facts, container: 'mp4' } } as const;
    expect(encode(recorded('mp4 of mpeg4'), mp4)).toMatchObject({ status: 1, bytes: 0 });
  });

  it.each([
    ['h264-aac.mkv', 'matroska', 'h264', 'aac', 'copy'],
    ['h264-aac.mp4', 'mp4', 'h264', 'aac', 'copy'],
    ['h264-opus.mkv', 'matroska', 'h264', 'opus', 'copy-video'],
    ['h264-opus.mp4', 'mp4', 'h264', 'opus', 'copy-video'],
    ['vp8-opus.webm', 'matroska', 'vp8', 'opus', 'transcode'],
    ['firefox-vp8-opus.webm', 'matroska', 'vp8', 'opus', 'transcode'],
  ] as const)('takes %s to the same bytes as without any list', (name, container, video, audio, pipeline) => {
    const recording = readFileSync(fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url)));
    const said: MediaFacts = { container, video: { ...H264, codec: video }, audio: { ...OPUS, codec: audio } };
    const args = ffmpegArgs({ facts: said, pipeline, sound: true });
    const listless = args.filter((_, at) => !LISTS.has(args[at] ?? '') && !LISTS.has(args[at - 1] ?? ''));
    const [listed, without] = [args, listless].map(
      (list) =>
        spawnSync('ffmpeg', list, { input: recording, maxBuffer: 2 ** 26, stdio: ['pipe', 'pipe', 'ignore', 'ignore'] })
          .stdout,
    );
    expect(listless).toHaveLength(args.length - 4 - (pipeline === 'transcode' ? 0 : pipeline === 'copy' ? 4 : 2));
    expect(listed?.byteLength).toBeGreaterThan(10_000);
    expect(without?.equals(listed ?? Buffer.alloc(0))).toBe(true);
  });
});
