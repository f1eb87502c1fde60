import spsInfo from 'node-media-server/src/protocol/sps_info.js';

/** One RTMP message of media; its payload is the body of an FLV tag. */
export type MediaMessage = { type: 'audio' | 'video' | 'data'; timestampMs: number; payload: Buffer };

export type MessageKind =
  | 'video-header'
  | 'audio-header'
  | 'key-frame'
  | 'frame'
  | 'audio'
  | 'data'
  | 'end'
  | 'unsupported';

/** What a publish has announced: FFmpeg needs it before the first frame, and again after each start. */
export type Tracks = {
  data?: MediaMessage;
  video?: { header: MediaMessage; codec: string; width: number; height: number };
  audio?: { header: MediaMessage; codec: string; channels: number; sampleRate: number };
};

const TAG = { audio: 8, video: 9, data: 18 } as const;
const AVC = 7;
const AAC = 10;
const SAMPLE_RATES = [
  96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350,
];

/** Mux takes H.264 and AAC by RTMP; anything else is told apart here. */
export const kindOf = ({ type, payload }: MediaMessage): MessageKind => {
  if (type === 'data') return 'data';
  const [first = 0, second = 0] = payload;
  if (type === 'audio') return first >> 4 !== AAC ? 'unsupported' : second === 0 ? 'audio-header' : 'audio';
  // The top bit is the extended header of enhanced RTMP: other codecs.
  if ((first & 0x80) !== 0 || (first & 0x0f) !== AVC) return 'unsupported';
  if (second === 0) return 'video-header';
  if (second === 2) return 'end';
  return first >> 4 === 1 ? 'key-frame' : 'frame';
};

/** Learns from a message that announces something. */
export const learn = (tracks: Tracks, message: MediaMessage): Tracks => {
  const { payload } = message;
  switch (kindOf(message)) {
    case 'data':
      return { ...tracks, data: message };
    case 'video-header': {
      const spsLength = payload.length > 13 ? payload.readUInt16BE(11) : 0;
      const size = spsInfo.parseH264Sps(payload.subarray(13, 13 + spsLength));
      return {
        ...tracks,
        video: {
          header: message,
          codec: `avc1.${payload.toString('hex', 6, 9)}`,
          width: size?.width ?? 0,
          height: size?.height ?? 0,
        },
      };
    }
    case 'audio-header': {
      const [, , high = 0, low = 0] = payload;
      const sampleRate = SAMPLE_RATES[((high & 7) << 1) | (low >> 7)] ?? 0;
      return {
        ...tracks,
        audio: { header: message, codec: `mp4a.40.${high >> 3}`, channels: (low >> 3) & 0x0f, sampleRate },
      };
    }
    case 'key-frame':
    case 'frame':
    case 'audio':
    case 'end':
    case 'unsupported':
  }
  return tracks;
};

export const flvTag = ({ type, timestampMs, payload }: MediaMessage): Buffer => {
  const tag = Buffer.allocUnsafe(11 + payload.length + 4);
  tag[0] = TAG[type];
  tag.writeUIntBE(payload.length, 1, 3);
  tag.writeUIntBE(timestampMs & 0xff_ffff, 4, 3);
  tag[7] = (timestampMs / 0x100_0000) & 0xff;
  tag.writeUIntBE(0, 8, 3);
  payload.copy(tag, 11);
  tag.writeUInt32BE(11 + payload.length, 11 + payload.length);
  return tag;
};

/** The beginning of a file that has these tracks, which then start at `timestampMs`. */
export const flvStart = ({ data, video, audio }: Tracks, timestampMs: number): Buffer => {
  const header = Buffer.from([0x46, 0x4c, 0x56, 1, (audio ? 4 : 0) | (video ? 1 : 0), 0, 0, 0, 9, 0, 0, 0, 0]);
  const announced = [data, video?.header, audio?.header].filter((message) => message !== undefined);
  return Buffer.concat([header, ...announced.map((message) => flvTag({ ...message, timestampMs }))]);
};
