import type { MediaFacts, Pipeline } from './container.ts';

export type EncoderSettings = {
  facts: MediaFacts;
  pipeline: Pipeline;
  /** False where the recording has no sound, or has a sound track and nothing on it. */
  sound: boolean;
  /** What has been published already, by the recording's clock; what is encoded anew must begin after it. */
  published?: { videoMs?: number | undefined; audioMs?: number | undefined } | undefined;
};

/**
 * Published time is the recording's time and this much. AAC begins one frame before the sound that it holds, and FLV knows
 * no time before 0: without room FFmpeg would shift everything, by another amount after each restart.
 */
export const OUTPUT_OFFSET_MS = 100;

export const OUTPUT_FPS = 30;
const GOP_SECONDS = 2;
/** One step of the grid, rounded up: never two, whatever whole millisecond a picture has. */
const ONE_STEP_SECONDS = '0.0334';
const VIDEO_KBPS = { average: 2_500, peak: 2_800, buffer: 4_000 };
const AUDIO_RATE = 44_100;
const AAC_FRAME_MS = (1_024 * 1_000) / AUDIO_RATE;
/** Times are published in whole milliseconds; a trim this much early still drops whole frames. */
const ROUNDING_MS = 0.5;
/** What the transcode rung's price was measured with. */
const LONG_SIDE = 1_280;
const SHORT_SIDE = 720;
/** One macroblock. */
const SMALLEST_SIDE = 16;
const MAX_ALLOCATION_BYTES = 256 * 1024 * 1024;

/** None of our arguments has a space in it. */
const words = (text: string): string[] => text.split(' ');

/** FLV's numbers for H.264 and AAC: a copy opens no decoder, and newer FLV has a number for HEVC, too. */
const COPY_VIDEO = words('-c:v copy -tag:v 7');
const COPY_AUDIO = words('-c:a copy -tag:a 10');

/** The argument list of one FFmpeg: media on `pipe:0`, FLV on `pipe:1`, progress on `pipe:3`, and no other way in or out. */
export const ffmpegArgs = ({ facts, pipeline, sound, published }: EncoderSettings): string[] => [
  ...words('-hide_banner -nostats -loglevel warning -progress pipe:3 -stats_period 1'),
  ...words(`-max_alloc ${MAX_ALLOCATION_BYTES}`),
  // Not -fflags nobuffer (loses the first GOP) and not wall-clock timestamps (destroy catching up).
  ...words('-protocol_whitelist pipe -probesize 32k -analyzeduration 0 -fpsprobesize 0'),
  // Not `-c:v h264` before -i: it calls whatever the track holds H.264, and a copy then publishes HEVC under that name.
  ...words(`-format_whitelist ${facts.container} -codec_whitelist ${decoders(facts)}`),
  ...words(`-copyts -threads 1 -f ${facts.container} -i pipe:0 -map 0:v:0`),
  ...(pipeline === 'transcode' ? encodeVideo(facts.video, published?.videoMs) : COPY_VIDEO),
  ...(sound ? words('-map 0:a:0') : []),
  ...(sound ? (pipeline === 'copy' ? COPY_AUDIO : encodeAudio(published?.audioMs)) : []),
  ...words(`-max_interleave_delta 1000000 -output_ts_offset ${seconds(OUTPUT_OFFSET_MS)}`),
  ...words('-f flv -flvflags no_duration_filesize+no_sequence_end pipe:1'),
];

const encodeVideo = ({ width, height }: MediaFacts['video'], publishedMs: number | undefined): string[] => {
  const size = fit(width, height);
  const filters = [
    // At its end the grid drops the last picture, which the next encoder does not make either: it drops this copy instead.
    `tpad=stop_mode=clone:stop_duration=${ONE_STEP_SECONDS}`,
    // First the grid, then the cut: a frame that fills two steps of the grid may lie before the cut and after it.
    `fps=${OUTPUT_FPS}`,
    ...(publishedMs === undefined ? [] : [`trim=start=${seconds(nextVideoMs(publishedMs))}`]),
    // Pinned, because a recording may change its size and a published stream may not.
    `scale=${size.width}:${size.height}:force_original_aspect_ratio=decrease`,
    `pad=${size.width}:${size.height}:-1:-1`,
    'setsar=1',
  ];
  const gop = OUTPUT_FPS * GOP_SECONDS;
  return [
    '-vf',
    filters.join(','),
    ...words('-fps_mode passthrough -c:v libx264 -preset veryfast -tune zerolatency -profile:v main'),
    ...words('-pix_fmt yuv420p -threads 1'),
    ...words(`-b:v ${VIDEO_KBPS.average}k -maxrate ${VIDEO_KBPS.peak}k -bufsize ${VIDEO_KBPS.buffer}k`),
    ...words(`-g ${gop} -keyint_min ${gop} -sc_threshold 0`),
  ];
};

const encodeAudio = (publishedMs: number | undefined): string[] => [
  ...(publishedMs === undefined ? [] : words(`-af atrim=start=${seconds(publishedMs + AAC_FRAME_MS - ROUNDING_MS)}`)),
  ...words(`-c:a aac -b:a 128k -ar ${AUDIO_RATE} -ac 2`),
];

/** FFmpeg's own decoders of what the reader found, by name: any other codec or decoder is refused. */
const decoders = ({ video, audio }: MediaFacts): string => [video.codec, ...(audio ? [audio.codec] : [])].join(',');

/**
 * Where to cut so that the first new frame, a key frame, is the very next one after that of `publishedMs` and never that one
 * again: in the middle of a step of the grid, which starts at 0 whatever the first frame was.
 */
const nextVideoMs = (publishedMs: number): number =>
  ((Math.round((publishedMs * OUTPUT_FPS) / 1000) + 0.5) * 1000) / OUTPUT_FPS;

/** The largest even size of the same shape that is not beyond 720p, lying or standing. */
const fit = (width: number, height: number): { width: number; height: number } => {
  const [long, short] = width >= height ? [LONG_SIDE, SHORT_SIDE] : [SHORT_SIDE, LONG_SIDE];
  const factor = Math.min(1, long / width, short / height);
  const even = (side: number) => Math.max(SMALLEST_SIDE, Math.floor((side * factor) / 2) * 2);
  return { width: even(width), height: even(height) };
};

const seconds = (ms: number): string => (ms / 1000).toFixed(4).replace(/\.?0+$/, '');
