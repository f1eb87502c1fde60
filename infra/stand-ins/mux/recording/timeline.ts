import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

const Segment = z.object({
  /** A new run begins where the encoder came back: players have to be told. */
  run: z.number(),
  file: z.string(),
  seconds: z.number(),
  bytes: z.number(),
  /** When it was broadcast. */
  at_ms: z.number(),
});
export type Segment = z.infer<typeof Segment>;

/** The segments of one asset, in order. */
export type Timeline = { readonly segments: readonly Segment[]; append: (segment: Segment) => void };

const FILE = 'segments.jsonl';

/** Opens what was recorded so far. Each segment is written down when it is whole, so that a killed process loses only the last one. */
export const openTimeline = (dir: string): Timeline => {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const file = join(dir, FILE);
  const segments = existsSync(file) ? readFileSync(file, 'utf8').split('\n').flatMap(parseLine) : [];
  return {
    segments,
    append(segment) {
      appendFileSync(file, `${JSON.stringify(segment)}\n`);
      segments.push(segment);
    },
  };
};

/** A line that was cut off by a kill is left out. */
const parseLine = (line: string): Segment[] => {
  try {
    const parsed = Segment.safeParse(JSON.parse(line));
    return parsed.success ? [parsed.data] : [];
  } catch {
    return [];
  }
};
