import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const { scripts }: { scripts: Record<string, string> } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
);

// `npm run` prints what a script runs, and nothing else that we could write: the title of its process is the sentence.
it.each(Object.entries(scripts))('npm run shows what %s is for', (_, script) => {
  expect(script).toMatch(/^node --title="[^"]{10,80}" /);
});
