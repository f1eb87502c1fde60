import assert from 'node:assert/strict';
import type { Harness } from '../shows/harness.ts';
import { finish, judge, type RunningShow } from '../shows/running-show.ts';

/** Copied, so that every frame can be told from every other: Matroska and MP4. */
export const COPIED = ['1', '2'] as const;

const NONE = { video: 0, audio: 0 };
const NOTHING = { missing: NONE, doubled: NONE, reordered: NONE };

/** Lets the shows come to their ends, and counts what of them came. */
export const expectWhole = async (harness: Harness, shows: readonly RunningShow[]): Promise<string> => {
  await finish(harness, shows);
  const counted: string[] = [];
  for (const show of shows) {
    const { sent, missing, doubled, reordered, rtmpsSessions } = await judge(harness, show);
    assert.equal(
      show.publisher.ending,
      'finished',
      `the show on rung ${show.rung} ended with ${show.publisher.ending}`,
    );
    assert.deepEqual({ missing, doubled, reordered }, NOTHING, `rung ${show.rung}`);
    counted.push(`rung ${show.rung}: ${sent.video} + ${sent.audio} in ${rtmpsSessions} RTMPS session(s)`);
  }
  return `${counted.join(', ')}; 0 missing, 0 doubled, 0 out of order`;
};
