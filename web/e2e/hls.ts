import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

export type Probed = {
  /** `frameRate`: pictures a second of those that were read. */
  video: { codec: string; profile: string; width: number; height: number; pixelFormat: string; frameRate: number };
  audio: { codec: string; sampleRate: number; channels: number };
  /** Presentation times of the key frames, in seconds. */
  keyFrames: number[];
  /** The longest that a picture stands, in seconds. */
  longestPicture: number;
};

/** What FFmpeg's own prober says of an HLS address. Reads at most `seconds` of it. */
export const probe = async (url: string, seconds = 12): Promise<Probed> => {
  const ask = async (
    args: string[],
  ): Promise<{ streams?: Record<string, string & number>[]; packets?: { pts_time: string; flags: string }[] }> => {
    const { stdout } = await run('ffprobe', ['-v', 'error', '-of', 'json', ...args, url], {
      timeout: 60_000,
      maxBuffer: 32 << 20,
    });
    return JSON.parse(stdout);
  };
  const { streams = [] } = await ask(['-show_streams']);
  const video = streams.find((stream) => stream['codec_type'] === 'video');
  const audio = streams.find((stream) => stream['codec_type'] === 'audio');
  if (!video || !audio)
    throw new Error(`no video or no audio in it: ${JSON.stringify(streams.map((stream) => stream['codec_type']))}`);
  const { packets = [] } = await ask([
    '-select_streams',
    'v:0',
    '-show_entries',
    'packet=pts_time,flags',
    '-read_intervals',
    `%+${seconds}`,
  ]);
  const times = packets.map(({ pts_time: time }) => Number(time)).toSorted((a, b) => a - b);
  return {
    longestPicture: Math.max(...times.slice(1).map((time, i) => time - (times[i] ?? 0))),
    video: {
      codec: String(video['codec_name']),
      profile: String(video['profile']),
      width: Number(video['width']),
      height: Number(video['height']),
      pixelFormat: String(video['pix_fmt']),
      frameRate: (times.length - 1) / ((times.at(-1) ?? 0) - (times[0] ?? 0)),
    },
    audio: {
      codec: String(audio['codec_name']),
      sampleRate: Number(audio['sample_rate']),
      channels: Number(audio['channels']),
    },
    keyFrames: packets.filter(({ flags }) => flags.startsWith('K')).map(({ pts_time: time }) => Number(time)),
  };
};

/** The mean colour of the newest picture of a live HLS address, and how loud its newest three seconds are at the loudest, in decibels. */
export const glance = async (url: string): Promise<{ red: number; green: number; blue: number; peakDb: number }> => {
  const { stdout, stderr } = await run(
    'ffmpeg',
    [
      '-hide_banner -nostats -live_start_index -1 -i'.split(' '),
      url,
      '-t 3 -map 0:v:0 -vf scale=1:1:flags=area -pix_fmt rgb24 -f rawvideo -'.split(' '),
      '-t 3 -map 0:a:0 -af volumedetect -f null -'.split(' '),
    ].flat(),
    { timeout: 60_000, maxBuffer: 32 << 20, encoding: 'buffer' },
  );
  const [red = 0, green = 0, blue = 0] = stdout.subarray(-3);
  const told = /max_volume: (-?[\d.]+) dB/.exec(stderr.toString())?.[1];
  return { red, green, blue, peakDb: told === undefined ? -Infinity : Number(told) };
};
