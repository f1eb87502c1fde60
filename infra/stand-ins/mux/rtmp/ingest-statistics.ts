import { kindOf, type MediaMessage } from '../recording/flv.ts';

/** What arrived on one track, by its own clock. */
export type TrackStatistics = {
  frames: number;
  keyFrames: number;
  bytes: number;
  /** When the first of them was read, by this machine's clock. */
  firstAtMs: number | undefined;
  firstMs: number | undefined;
  lastMs: number | undefined;
  largestGapMs: number;
  /** Frames whose time stamp is not above the one before. */
  notLater: number;
  /** The newest time stamps, in order of arrival. */
  timestampsMs: number[];
};

/** One encoder's connection, in numbers: what tests count frames by. */
export type IngestStatistics = {
  connectedAt: string;
  bytes: number;
  chunkSize: number;
  /** How often the encoder wants to hear what has arrived; 0: it never asked. */
  acknowledgeEveryBytes: number;
  acknowledgements: number;
  acknowledgedBytes: number;
  pongs: number;
  video: TrackStatistics;
  audio: TrackStatistics;
};

const DEFAULT_CHUNK_BYTES = 128;

const emptyTrack = (): TrackStatistics => ({
  frames: 0,
  keyFrames: 0,
  bytes: 0,
  firstAtMs: undefined,
  firstMs: undefined,
  lastMs: undefined,
  largestGapMs: 0,
  notLater: 0,
  timestampsMs: [],
});

export const emptyStatistics = (now: Date): IngestStatistics => ({
  connectedAt: now.toISOString(),
  bytes: 0,
  chunkSize: DEFAULT_CHUNK_BYTES,
  acknowledgeEveryBytes: 0,
  acknowledgements: 0,
  acknowledgedBytes: 0,
  pongs: 0,
  video: emptyTrack(),
  audio: emptyTrack(),
});

/** Counts a message that was read at `atMs` into the statistics of its connection. */
export const count = (statistics: IngestStatistics, message: MediaMessage, kept: number, atMs: number): void => {
  const kind = kindOf(message);
  if (kind !== 'key-frame' && kind !== 'frame' && kind !== 'audio') return;
  const track = kind === 'audio' ? statistics.audio : statistics.video;
  const { timestampMs } = message;
  if (track.lastMs !== undefined) {
    if (timestampMs <= track.lastMs) track.notLater += 1;
    track.largestGapMs = Math.max(track.largestGapMs, timestampMs - track.lastMs);
  }
  track.frames += 1;
  if (kind === 'key-frame') track.keyFrames += 1;
  track.bytes += message.payload.length;
  track.firstAtMs ??= atMs;
  track.firstMs ??= timestampMs;
  track.lastMs = timestampMs;
  track.timestampsMs.push(timestampMs);
  // Cut in halves: to shift at every frame would move the whole list each time.
  if (track.timestampsMs.length > 2 * kept) track.timestampsMs = track.timestampsMs.slice(-kept);
};
