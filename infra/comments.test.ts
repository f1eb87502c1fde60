import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const root = new URL('../', import.meta.url);
const sources = ['functions', 'infra', 'ingest-worker', 'web/src', 'web/e2e'].flatMap((folder) =>
  readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(?:ts|tsx|mjs)$/.test(path) && !path.includes('node_modules'))
    .map((path) => `${folder}/${path}`),
);

/** One that goes on from the comment before it, or that breaks off for the next: moved by itself it says nothing. */
const TORN = /^\s*(?:\/\/|\/\*\*|\*) ?…|(?:^\s*\*|^\s*\/\*\*).*[a-z]… ?(?:\*\/)?$/;

it.each([
  ['  /** …and has passed it on. */', true],
  ['  // …but for those that were wished at 60', true],
  ['  /** What is longer than this is folded… */', true],
  ['  /** Why it ended: `finished`, `moderated`, … */', false],
  ["  const text = 'Connecting…';", false],
])('a comment is torn where it goes on in another: %s', (line, torn) => {
  expect(TORN.test(line)).toBe(torn);
});

it('each comment is a whole sentence at its own member', () => {
  const torn = sources.flatMap((path) =>
    readFileSync(new URL(path, root), 'utf8')
      .split('\n')
      .flatMap((line, index) => (TORN.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [])),
  );
  expect(sources.length).toBeGreaterThan(1_000);
  expect(torn.filter((line) => !line.startsWith('infra/comments.test.ts'))).toEqual([]);
});
