import type { AssetRecord } from '../records.ts';
import type { Segment } from '../recording/timeline.ts';

/** HLS as Mux answers it: a playlist of one rendition, which leads to the media. */
export const multivariantPlaylist = (
  { video, audio, duration, bytes, frames, text_tracks = [] }: AssetRecord,
  mediaPath: string,
  textPath: (trackId: string) => string,
): string => {
  const texts = text_tracks.filter(({ status }) => status === 'ready');
  const bitsPerSecond = duration > 0 ? Math.ceil((bytes * 8) / duration) : 1_000_000;
  const codecs = [video?.codec, audio?.codec].filter((codec) => codec !== undefined).join(',');
  const attributes = [
    `BANDWIDTH=${bitsPerSecond}`,
    `AVERAGE-BANDWIDTH=${bitsPerSecond}`,
    ...(codecs === '' ? [] : [`CODECS="${codecs}"`]),
    ...(video && video.width > 0 ? [`RESOLUTION=${video.width}x${video.height}`] : []),
    ...(video && duration > 0 && frames > 0 ? [`FRAME-RATE=${(frames / duration).toFixed(3)}`] : []),
    ...(texts.length > 0 ? ['SUBTITLES="sub"'] : []),
  ];
  return lines(
    '#EXTM3U',
    '#EXT-X-VERSION:3',
    '#EXT-X-INDEPENDENT-SEGMENTS',
    ...texts.map(
      ({ id, name, language_code }) =>
        `#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="sub",NAME="${name.replaceAll('"', '')}",DEFAULT=NO,AUTOSELECT=YES,FORCED=NO,LANGUAGE="${language_code}",URI="${textPath(id)}"`,
    ),
    `#EXT-X-STREAM-INF:${attributes.join(',')}`,
    mediaPath,
  );
};

type Shown = {
  segments: readonly Segment[];
  /** How many seconds, at the end, are listed: a live playback id shows only those. Without it, all from the beginning. */
  windowSeconds?: number;
  ended: boolean;
  /** Of the text of each segment, and not of its picture. */
  text?: boolean;
  /** The query with which the segments are opened; it follows the name of each. */
  pass?: string;
};

export const mediaPlaylist = ({ segments, windowSeconds, ended, text = false, pass = '' }: Shown): string => {
  const first = windowSeconds === undefined ? 0 : firstWithin(segments, windowSeconds);
  const shown = segments.slice(first);
  const target = shown.reduce((longest, { seconds }) => Math.max(longest, Math.round(seconds)), 1);
  const breaks = segments.slice(1, first + 1).filter((segment, index) => segment.run !== segments[index]?.run).length;
  return lines(
    '#EXTM3U',
    '#EXT-X-VERSION:3',
    `#EXT-X-TARGETDURATION:${target}`,
    `#EXT-X-MEDIA-SEQUENCE:${first}`,
    ...(breaks > 0 ? [`#EXT-X-DISCONTINUITY-SEQUENCE:${breaks}`] : []),
    ...(windowSeconds === undefined ? [`#EXT-X-PLAYLIST-TYPE:${ended ? 'VOD' : 'EVENT'}`] : []),
    ...shown.flatMap((segment, index) =>
      toLines(text ? { ...segment, file: segment.file.replace('.ts', '.vtt') } : segment, shown[index - 1], pass),
    ),
    ...(ended ? ['#EXT-X-ENDLIST'] : []),
  );
};

const toLines = ({ run, file, seconds, at_ms }: Segment, before: Segment | undefined, pass: string): string[] => [
  ...(before && before.run !== run ? ['#EXT-X-DISCONTINUITY'] : []),
  ...(before?.run === run ? [] : [`#EXT-X-PROGRAM-DATE-TIME:${new Date(at_ms).toISOString()}`]),
  `#EXTINF:${seconds.toFixed(5)},`,
  file + pass,
];

const firstWithin = (segments: readonly Segment[], seconds: number): number => {
  let first = segments.length;
  for (let sum = 0; first > 0 && sum < seconds; first -= 1) sum += segments[first - 1]?.seconds ?? 0;
  return first;
};

const lines = (...all: string[]): string => `${all.join('\n')}\n`;
