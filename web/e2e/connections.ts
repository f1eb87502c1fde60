import type { IngestStatistics, TrackStatistics } from '#stand-ins/mux/rtmp/ingest-statistics';

/** What came to the sink on one track, whichever connection of the show's encoder brought it. */
type Track = {
  /** However often it came. */
  frames: number;
  /** Frames of a time at which the same connection had brought one before. */
  doubled: number;
  /** When the first of them was read, by this machine's clock. */
  firstAtMs: number | undefined;
  lastMs: number | undefined;
  largestGapMs: number;
  /** Each time once, the earliest first: a connection begins with what the one before it had sent and not heard of again. */
  timestampsMs: number[];
};

/** A show at the sink: all connections that its encoder has had there. */
export type Ingest = {
  /** When the first of them was made. */
  connectedAt: string;
  connections: number;
  video: Track;
  audio: Track;
};

const widest = (times: readonly number[]): number =>
  times.slice(1).reduce((most, time, i) => Math.max(most, time - (times[i] ?? 0)), 0);

const joinTracks = (tracks: readonly TrackStatistics[]): Track => {
  const timestampsMs = [...new Set(tracks.flatMap((track) => track.timestampsMs))].sort((one, other) => one - other);
  return {
    frames: tracks.reduce((sum, { frames }) => sum + frames, 0),
    doubled: tracks.reduce((sum, track) => sum + track.timestampsMs.length - new Set(track.timestampsMs).size, 0),
    firstAtMs: tracks.find(({ firstAtMs }) => firstAtMs !== undefined)?.firstAtMs,
    lastMs: timestampsMs.at(-1),
    largestGapMs: widest(timestampsMs),
    timestampsMs,
  };
};

/** @param connections of one live stream, the oldest first */
export const joinConnections = (connections: readonly IngestStatistics[]): Ingest | undefined => {
  const [first] = connections;
  return (
    first && {
      connectedAt: first.connectedAt,
      connections: connections.length,
      video: joinTracks(connections.map(({ video }) => video)),
      audio: joinTracks(connections.map(({ audio }) => audio)),
    }
  );
};
