import { LIMITS } from '../limits.ts';
import type { MediaFacts, Pipeline, PictureFacts } from './container.ts';

export type EncoderSettings = {
  facts: MediaFacts;
  pipeline: Pipeline;
  /** False where the recording has no sound, or has a sound track and nothing on it. */
  sound: boolean;
  /** Pictures a second that the client has announced; a plain one announces nothing. */
  frameRate?: number | undefined;
  /** What has been published already, by the recording's clock; what is encoded anew must begin after it. */
  published?: { videoMs?: number | undefined; audioMs?: number | undefined } | undefined;
  /** Nothing but the picture of this time, twice, as key frames that a decoder can tell apart. */
  stillAtMs?: number | undefined;
};

/**
 * Published time is the recording's time and this much. AAC begins one frame before the sound that it holds, and FLV knows
 * no time before 0: without room FFmpeg would shift everything, by another amount after each restart.
 */
export const OUTPUT_OFFSET_MS = 100;

/**
 * FFmpeg's own output is later by this much more, which the reader of its tags takes off: pictures are decoded before they are
 * shown, and where the first would be decoded before 0, FFmpeg would shift all that it gives, and the next FFmpeg would not.
 */
export const ENCODER_AHEAD_MS = 2_000;

/** At most so many pictures a second are published, and so many where more than 30 were announced. */
const MOST_FPS = 30;
const FAST_FPS = 60;
/** Whether a client has announced so many pictures a second that more than `MOST_FPS` are published. */
export const isFast = (frameRate: number | undefined): boolean => (frameRate ?? 0) > MOST_FPS + 1;
/** A clock that is a little fast, and pictures that come in bursts, lose none. */
const FPS_MARGIN = 1.02;
const FPS_BURST = 4;
/** A little less than the two seconds, so that a picture which is a millisecond early is the one. */
const GOP_SECONDS = 1.99;
/** No GOP has more pictures, whatever their times. */
const GOP_PICTURES = 250;
const VIDEO_KBPS = { average: 2_500, peak: 2_800, buffer: 4_000 };
const FAST_KBPS = { average: 3_500, peak: 3_900, buffer: 5_600 };
const AUDIO_RATE = 44_100;
const AAC_FRAME_MS = (1_024 * 1_000) / AUDIO_RATE;
/** Times are published in whole milliseconds; a cut this much beside one still drops whole frames. */
const ROUNDING_MS = 0.5;
/** What the transcode rung's price was measured with. */
const LONG_SIDE = 1_280;
const SHORT_SIDE = 720;
/** One track waits so long, by its media, for what the other has of the same time. */
const INTERLEAVE_MS = 1_000;
/**
 * In a fragment of MP4 all pictures come before all sound, and FFmpeg ends where the first sound that it encodes, a frame of AAC
 * earlier than what it holds, comes when a picture has been given already. What is copied has no such frame.
 */
const FRAGMENT_MS = 5_000;
/** One macroblock. */
const SMALLEST_SIDE = 16;
const MAX_ALLOCATION_BYTES = 256 * 1024 * 1024;

/** None of our arguments has a space in it. */
const words = (text: string): string[] => text.split(' ');

/** FLV's numbers for H.264 and AAC: a copy opens no decoder, and newer FLV has a number for HEVC, too. */
const COPY_VIDEO = words('-c:v copy -tag:v 7');
const COPY_AUDIO = words('-c:a copy -tag:a 10');

/** The argument list of one FFmpeg: media on `pipe:0`, FLV on `pipe:1`, progress on `pipe:3`, and no other way in or out. */
export const ffmpegArgs = ({ facts, pipeline, sound, frameRate, published, stillAtMs }: EncoderSettings): string[] => [
  ...words('-hide_banner -nostats -loglevel warning -progress pipe:3 -stats_period 1'),
  // Readers refuse what is larger; this holds also where a decoder finds a size that they have not seen.
  ...words(`-max_alloc ${MAX_ALLOCATION_BYTES} -max_pixels ${LIMITS.picturePixels}`),
  // Not -fflags nobuffer (loses the first GOP) and not wall-clock timestamps (destroy catching up).
  ...words('-protocol_whitelist pipe -probesize 32k -analyzeduration 0 -fpsprobesize 0'),
  // Not `-c:v h264` before -i: it calls whatever the track holds H.264, and a copy then publishes HEVC under that name.
  ...words(`-format_whitelist ${facts.container} -codec_whitelist ${decoders(facts)}`),
  // A picture is turned below, whatever this FFmpeg knows of the ways in which a container can say it.
  ...words(`-copyts -threads 1 -noautorotate -f ${facts.container} -i pipe:0 -map 0:v:0`),
  ...(pipeline === 'transcode'
    ? encodeVideo(facts.video, isFast(frameRate), published?.videoMs, stillAtMs)
    : COPY_VIDEO),
  ...(sound ? words('-map 0:a:0') : []),
  ...(sound ? (pipeline === 'copy' ? COPY_AUDIO : encodeAudio(published?.audioMs)) : []),
  ...words(
    `-max_interleave_delta ${interleaveMs(facts, pipeline) * 1_000} -output_ts_offset ${seconds(OUTPUT_OFFSET_MS + ENCODER_AHEAD_MS)}`,
  ),
  ...words('-f flv -flvflags no_duration_filesize+no_sequence_end pipe:1'),
];

const interleaveMs = ({ container }: MediaFacts, pipeline: Pipeline): number =>
  container === 'mp4' && pipeline !== 'copy' ? FRAGMENT_MS : INTERLEAVE_MS;

const encodeVideo = (
  video: PictureFacts,
  fast: boolean,
  publishedMs: number | undefined,
  stillAtMs: number | undefined,
): string[] => {
  const { average, peak, buffer } = fast ? FAST_KBPS : VIDEO_KBPS;
  const fps = fast ? FAST_FPS : MOST_FPS;
  const filters = [
    ...(publishedMs === undefined ? [] : [`trim=start=${seconds(publishedMs + ROUNDING_MS)}`]),
    ...(stillAtMs === undefined
      ? []
      : [`trim=start=${seconds(Math.max(0, stillAtMs - ROUNDING_MS))}`, 'trim=end_frame=1']),
    `select='${ownRate(fps)}'`,
    ...fitted(video),
    'setsar=1',
    ...(stillAtMs === undefined ? [] : [TWICE]),
  ];
  return [
    '-vf',
    filters.join(','),
    ...words('-fps_mode passthrough -c:v libx264 -preset veryfast -tune zerolatency -profile:v main'),
    // FFmpeg takes a millisecond for the rate where it knows none, and the level that it announces for a thousand pictures a second.
    ...words(`-pix_fmt yuv420p -threads 1 -x264-params fps=${fps}`),
    ...words(`-b:v ${average}k -maxrate ${peak}k -bufsize ${buffer}k`),
    ...words(`-g ${GOP_PICTURES} -sc_threshold 0 -force_key_frames ${stillAtMs === undefined ? KEY_FRAMES : EACH}`),
  ];
};

/** Makes each picture as large as all are to be, upright and with square pixels. */
const fitted = (video: PictureFacts): string[] => {
  const { pixelAspect, turnedBy, mirrored } = video;
  const { width, height } = fit(video);
  const isSideways = turnedBy === 90 || turnedBy === 270;
  const [across, down] = isSideways ? [height, width] : [width, height];
  return [
    // Pinned, because a recording may change its size and a published stream may not.
    pixelAspect === undefined
      ? `scale=${across}:${down}:force_original_aspect_ratio=decrease`
      : `scale='${even(across, down, `a*${ratio(pixelAspect)}`)}':'${even(down, across, `1/(a*${ratio(pixelAspect)})`)}'`,
    // Once they are small.
    ...(mirrored ? ['hflip'] : []),
    ...(turnedBy === undefined ? [] : TURNS[turnedBy]),
    `pad=${width}:${height}:-1:-1`,
  ];
};

const TURNS = { 90: ['transpose=clock'], 180: ['hflip', 'vflip'], 270: ['transpose=cclock'] };

/** One side, of the other's shape and no longer than may be; FFmpeg knows the shape when the picture comes. */
const even = (most: number, other: number, shape: string): string => `max(2,min(${most},round(${other}*${shape}/2)*2))`;

const TWICE = 'loop=1:1,setpts=N/(10*TB)';
const EACH = 'expr:1';
/** By time, because a camera's rate changes with the light. */
const KEY_FRAMES = `expr:if(isnan(prev_forced_t),1,gte(t,prev_forced_t+${GOP_SECONDS}))`;

const IS_NEXT = 'isnan(prev_selected_t)+gt(t,prev_selected_t)';
/**
 * Each picture that is recorded once and none twice, up to so many a second: of a camera that gives 20 none is invented, which
 * would cost as much as a real one. Register 0 holds how many may come at once.
 */
const ownRate = (fps: number): string => {
  const gained = `max(0,t-prev_t)*${ratio(fps * FPS_MARGIN)}`;
  const allowed = `st(0,if(isnan(prev_t),${FPS_BURST},min(${FPS_BURST},ld(0)+${gained})))`;
  return `0*${allowed}+if(${IS_NEXT},if(gte(ld(0),1),1+0*st(0,ld(0)-1),0),0)`;
};

/** By FFmpeg's usual coder: `fast` takes less than half of its time and sounds worse, for which FFmpeg went back (its 660d1d8e3b). */
const encodeAudio = (publishedMs: number | undefined): string[] => [
  ...(publishedMs === undefined ? [] : words(`-af atrim=start=${seconds(publishedMs + AAC_FRAME_MS - ROUNDING_MS)}`)),
  ...words(`-c:a aac -b:a 128k -ar ${AUDIO_RATE} -ac 2`),
];

/** FFmpeg's own decoders of what the reader found, by name: any other codec or decoder is refused. */
const decoders = ({ video, audio }: MediaFacts): string => [video.codec, ...(audio ? [audio.codec] : [])].join(',');

/** The largest even size in which it is shown, upright, that is not beyond 720p, lying or standing; no pixel of it is left out for its shape. */
const fit = (video: PictureFacts): { width: number; height: number } => {
  const { width, height } = shown(video);
  const [long, short] = width >= height ? [LONG_SIDE, SHORT_SIDE] : [SHORT_SIDE, LONG_SIDE];
  const factor = Math.min(1, long / width, short / height);
  const toEven = (side: number) => Math.max(SMALLEST_SIDE, Math.floor((side * factor) / 2) * 2);
  return { width: toEven(width), height: toEven(height) };
};

const shown = ({ width, height, pixelAspect = 1, turnedBy }: PictureFacts): { width: number; height: number } => {
  const across = width * Math.max(1, pixelAspect);
  const down = height / Math.min(1, pixelAspect);
  return turnedBy === 90 || turnedBy === 270 ? { width: down, height: across } : { width: across, height: down };
};

const ratio = (value: number): string => value.toFixed(4).replace(/\.?0+$/, '');
const seconds = (ms: number): string => ratio(ms / 1000);
