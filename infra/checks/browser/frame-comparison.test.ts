import { describe, expect, it } from 'vitest';
import { count, emptyStatistics, type IngestStatistics } from '#stand-ins/mux/rtmp/ingest-statistics';
import { joinConnections } from '../../../web/e2e/connections.ts';
import { compareFrames } from '../../../web/e2e/frame-comparison.ts';

const KEPT = 1_000;
/** Where a show begins at the sink. */
const OFFSET_MS = 100;

const timeOf = (place: number): number => OFFSET_MS + Math.round((place * 1_000) / 30);
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

/** An encoder's connection that brought the pictures of these places. */
const connection = (places: readonly number[], connectedAtMs = 0): IngestStatistics => {
  const statistics = emptyStatistics(new Date(connectedAtMs));
  for (const place of places)
    count(
      statistics,
      { type: 'video', payload: Buffer.from([0x27, 1]), timestampMs: timeOf(place) },
      KEPT,
      connectedAtMs + place,
    );
  return statistics;
};

const held = (connections: readonly IngestStatistics[], encoded: number) => {
  const ingest = joinConnections(connections);
  if (!ingest) throw new Error('nothing came');
  return compareFrames(
    ingest,
    range(0, encoded).map((place) => (place * 1e6) / 30),
  );
};

describe('what came to the sink, held against what was encoded', () => {
  it('is all that came, whichever connection of the encoder brought it', () => {
    expect(held([connection(range(0, 60)), connection(range(60, 120), 5_000)], 120)).toMatchObject({
      encoded: 120,
      missing: 0,
      doubled: 0,
      holes: 0,
      arrived: { video: 120 },
    });
  });

  it('may have come again at the beginning of a later connection, and not twice in one', () => {
    expect(held([connection(range(0, 60)), connection(range(50, 120), 5_000)], 120)).toMatchObject({
      missing: 0,
      doubled: 0,
    });
    expect(held([connection([...range(0, 60), 59])], 60)).toMatchObject({ missing: 0, doubled: 1 });
  });

  it('misses what no connection brought', () => {
    expect(held([connection(range(0, 60)), connection(range(70, 120), 5_000)], 120)).toMatchObject({
      missing: 10,
      holes: 10,
    });
  });
});
