import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseSync } from 'vite';
import { expect, it } from 'vitest';

const SOURCES = join(import.meta.dirname, '..');

/** What is no word: punctuation, and names that are the same in every language. */
const NO_WORD = /^[^\p{L}]*$|^Vybzz$|^https?:\/\/$|^rtmps?:\/\/$/u;
/** The attributes that are read by people. */
const READ =
  /^(title|label|aria-label|aria-valuetext|placeholder|alt|text|hint|error|description|confirm|cancel|submit|none|note)$/;

type Node = Record<string, unknown> & { type: string };

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

/** The text of a component that no catalogue has. */
const plainText = (node: Node): string[] => {
  const found: string[] = [];
  const { value } = node;
  if (node.type === 'JSXText' && typeof value === 'string') found.push(value.trim());
  if (node.type === 'JSXAttribute' && isNode(node['name']) && READ.test(String(node['name']['name'])) && isNode(value))
    if (value.type === 'Literal' && typeof value['value'] === 'string') found.push(value['value']);
  for (const part of Object.values(node))
    for (const one of Array.isArray(part) ? (part as unknown[]) : [part])
      if (isNode(one)) found.push(...plainText(one));
  return found.filter((text) => !NO_WORD.test(text));
};

it('no component has a sentence of its own: it stands in the catalogues, in every language', () => {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.tsx') && !/\.(test|testing)\.tsx$/.test(file),
  );
  expect(files.length).toBeGreaterThan(50);
  const plain = files.flatMap((file) => {
    const path = join(SOURCES, file);
    const { program } = parseSync(path, readFileSync(path, 'utf8'));
    return plainText(program as unknown as Node).map((text) => `${relative(SOURCES, path)}: ${text}`);
  });
  expect(plain).toEqual([]);
});
