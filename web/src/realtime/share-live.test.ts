import { expect, it } from 'vitest';
import { shareLive } from './share-live.ts';
import type { Snapshot } from './snapshot.ts';

const snapshot = (viewers: number): Snapshot => ({ state: 'live', title: 'A show', viewers, recording: 'none' });

it('follows a stream once for all, tells late comers what is known, and stops with the last', () => {
  const started: { streamId: string; tell: (snapshot: Snapshot) => void; stopped: boolean }[] = [];
  const follow = shareLive(({ streamId, onChange }) => {
    const one = { streamId, tell: onChange, stopped: false };
    started.push(one);
    return () => {
      one.stopped = true;
    };
  });
  const heard: [string, number][] = [];
  const listen = (who: string, streamId: string) =>
    follow({ streamId, onChange: ({ viewers }) => heard.push([who, viewers]) });
  const stopFirst = listen('first', 'a');
  started[0]?.tell(snapshot(1));
  const stopSecond = listen('second', 'a');
  listen('other', 'b');
  started[0]?.tell(snapshot(2));
  expect(heard).toEqual([
    ['first', 1],
    ['second', 1],
    ['first', 2],
    ['second', 2],
  ]);
  stopFirst();
  stopFirst();
  expect(started.map(({ streamId, stopped }) => [streamId, stopped])).toEqual([
    ['a', false],
    ['b', false],
  ]);
  stopSecond();
  expect(started[0]?.stopped).toBe(true);
  listen('again', 'a');
  expect(started).toHaveLength(3);
});
