import type { Claim, Truth } from './claims.ts';

/** What was said at one moment, and what was so. */
export type Moment = { atMs: number; claims: readonly Claim[]; truth: Truth };

/** A sentence that was false, without a break, and for how long; `saying`: its last wording. */
export type Lie = { saying: string; fromMs: number; forMs: number; truth: Truth };

/** A number in a sentence changes all the time: it is the same sentence. */
const kindOf = (text: string): string => text.replaceAll(/\d+/g, '#');

/** The sentences that were false for longer than they may be. @param whole nothing that was recorded is missing at the sink */
export const liesOf = (moments: readonly Moment[], whole: boolean, mayMs: number): Lie[] => {
  const lies: Lie[] = [];
  const running = new Map<string, Lie>();
  for (const { atMs, claims, truth } of moments) {
    const falseNow = new Set<string>();
    for (const { text, holds } of claims) {
      if (holds(truth, whole)) continue;
      const kind = kindOf(text);
      falseNow.add(kind);
      const lie = running.get(kind);
      if (lie) Object.assign(lie, { saying: text, forMs: atMs - lie.fromMs });
      else running.set(kind, { saying: text, fromMs: atMs, forMs: 0, truth });
    }
    for (const [kind, lie] of running)
      if (!falseNow.has(kind)) {
        running.delete(kind);
        lies.push({ ...lie, forMs: atMs - lie.fromMs });
      }
  }
  return [...lies, ...running.values()].filter(({ forMs }) => forMs > mayMs);
};
