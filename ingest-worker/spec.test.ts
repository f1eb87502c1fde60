import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CLIENT_LIMITS } from './client/limits.ts';
import { LIMITS, MORE_LOAD } from './limits.ts';
import { PUBLISH_LIMITS } from './publish/publish-limits.ts';

const here = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');
const spec = here('SPEC.md');
const rules = [...spec.matchAll(/^\| ([A-Z]\d+) \|/gm)].map(([, rule]) => rule);
const cited = new Set(
  readdirSync(new URL('.', import.meta.url), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .flatMap((name) => [...here(name).matchAll(/\[([A-Z]\d+)\]/g)].map(([, rule]) => rule)),
);

describe('SPEC.md', () => {
  it('has no rule that no test shows', () => {
    expect(rules.length).toBeGreaterThan(70);
    expect(rules.filter((rule) => !cited.has(rule))).toEqual([]);
  });

  it('has every rule that a test cites, each once', () => {
    expect([...cited].filter((rule) => !rules.includes(rule))).toEqual([]);
    expect(new Set(rules).size).toBe(rules.length);
  });

  it('names no limit that there is not', () => {
    const known = { ...LIMITS, ...PUBLISH_LIMITS, ...MORE_LOAD, ...CLIENT_LIMITS, nowMs: 'what a session is told' };
    const named = [...spec.matchAll(/`(\w+(?:Ms|Bytes|Kbps|Factor|Side|Streams|Samples|Children|Minute))`/g)];
    const names = named.flatMap(([, name]) => name ?? []);
    expect(names.length).toBeGreaterThan(50);
    expect(names.filter((name) => !(name in known))).toEqual([]);
  });
});
