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

/**
 * FFmpeg's own output is later by this much more, which the reader of its tags takes off: pictures are decoded before they are
 * shown, and where the first would be decoded before 0, FFmpeg would shift all that it gives, and the next FFmpeg would not.
 */
export const ENCODER_AHEAD_MS = 2_000;

/** At most so many pictures a second are published. */
const MOST_FPS = 30;
/** A clock that is a little fast, and pictures that come in bursts, lose none. */
const FPS_MARGIN = 1.02;
const FPS_BURST = 4;
/** A little less than the two seconds, so that a picture which is a millisecond early is the one. */
const GOP_SECONDS = 1.99;
/** No GOP has more pictures, whatever their times. */
const GOP_PICTURES = 250;
const VIDEO_KBPS = { average: 2_500, peak: 2_800, buffer: 4_000 };
const AUDIO_RATE = 44_100;
const AAC_FRAME_MS = (1_024 * 1_000) / AUDIO_RATE;
/** Times are published in whole milliseconds; a cut this much beside one still drops whole frames. */
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
  ...words(`-max_interleave_delta 1000000 -output_ts_offset ${seconds(OUTPUT_OFFSET_MS + ENCODER_AHEAD_MS)}`),
  ...words('-f flv -flvflags no_duration_filesize+no_sequence_end pipe:1'),
];

const encodeVideo = (video: MediaFacts['video'], publishedMs: number | undefined): string[] => {
  const { width, height } = fit(video);
  const filters = [
    ...(publishedMs === undefined ? [] : [`trim=start=${seconds(publishedMs + ROUNDING_MS)}`]),
    `select='${OWN_RATE}'`,
    // Pinned, because a recording may change its size and a published stream may not.
    `scale=${width}:${height}:force_original_aspect_ratio=decrease`,
    `pad=${width}:${height}:-1:-1`,
    'setsar=1',
  ];
  return [
    '-vf',
    filters.join(','),
    ...words('-fps_mode passthrough -c:v libx264 -preset veryfast -tune zerolatency -profile:v main'),
    // FFmpeg takes a millisecond for the rate where it knows none, and the level that it announces for a thousand pictures a second.
    ...words(`-pix_fmt yuv420p -threads 1 -x264-params fps=${MOST_FPS}`),
    ...words(`-b:v ${VIDEO_KBPS.average}k -maxrate ${VIDEO_KBPS.peak}k -bufsize ${VIDEO_KBPS.buffer}k`),
    ...words(`-g ${GOP_PICTURES} -sc_threshold 0 -force_key_frames ${KEY_FRAMES}`),
  ];
};

/** By time, because a camera's rate changes with the light. */
const KEY_FRAMES = `expr:if(isnan(prev_forced_t),1,gte(t,prev_forced_t+${GOP_SECONDS}))`;

const GAINED = `max(0,t-prev_t)*${MOST_FPS * FPS_MARGIN}`;
const ALLOWED = `st(0,if(isnan(prev_t),${FPS_BURST},min(${FPS_BURST},ld(0)+${GAINED})))`;
const IS_NEXT = 'isnan(prev_selected_t)+gt(t,prev_selected_t)';
/**
 * Each picture that is recorded once and none twice, up to `MOST_FPS` a second: of a camera that gives 20 none is invented, which
 * would cost as much as a real one. Register 0 holds how many may come at once.
 */
const OWN_RATE = `0*${ALLOWED}+if(${IS_NEXT},if(gte(ld(0),1),1+0*st(0,ld(0)-1),0),0)`;

const encodeAudio = (publishedMs: number | undefined): string[] => [
  ...(publishedMs === undefined ? [] : words(`-af atrim=start=${seconds(publishedMs + AAC_FRAME_MS - ROUNDING_MS)}`)),
  ...words(`-c:a aac -b:a 128k -ar ${AUDIO_RATE} -ac 2`),
];

/** FFmpeg's own decoders of what the reader found, by name: any other codec or decoder is refused. */
const decoders = ({ video, audio }: MediaFacts): string => [video.codec, ...(audio ? [audio.codec] : [])].join(',');

/** The largest even size of the same shape that is not beyond 720p, lying or standing. */
const fit = ({ width, height }: MediaFacts['video']): { width: number; height: number } => {
  const [long, short] = width >= height ? [LONG_SIDE, SHORT_SIDE] : [SHORT_SIDE, LONG_SIDE];
  const factor = Math.min(1, long / width, short / height);
  const even = (side: number) => Math.max(SMALLEST_SIDE, Math.floor((side * factor) / 2) * 2);
  return { width: even(width), height: even(height) };
};

const seconds = (ms: number): string => (ms / 1000).toFixed(4).replace(/\.?0+$/, '');
