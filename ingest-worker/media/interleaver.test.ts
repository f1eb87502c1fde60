import { expect, it } from 'vitest';
import type { FlvTag } from './flv-tag.ts';
import { createInterleaver } from './interleaver.ts';

const tag = (kind: 'video' | 'audio', timestampMs: number, bytes = 1): FlvTag => ({
  kind,
  timestampMs,
  key: kind === 'video',
  header: false,
  body: Buffer.alloc(bytes),
});

it('[E14] lets only so many tags wait for the other kind, though time stands still', () => {
  const out: FlvTag[] = [];
  const interleaver = createInterleaver({ sound: true, onTag: (next) => out.push(next) });
  for (let index = 0; index < 5_000; index++) interleaver.push('audio', tag('audio', 7));
  expect(out).toHaveLength(5_000 - 1_024);
  interleaver.push('video', tag('video', 7));
  expect(out.at(-1)?.kind).toBe('video');
  interleaver.flush();
  expect(out).toHaveLength(5_001);
});

it('[E14] lets only so many bytes wait for the other kind', () => {
  const out: FlvTag[] = [];
  const interleaver = createInterleaver({ sound: true, onTag: (next) => out.push(next) });
  for (let index = 0; index < 20; index++) interleaver.push('video', tag('video', index, 1024 * 1024));
  expect(out).toHaveLength(20 - 8);
});
