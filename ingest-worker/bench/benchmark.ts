import type { Plot } from './plot.ts';

/** A figure and what it is held against. */
export type Bar = {
  what: string;
  /** Measured, in `unit`. */
  measured: number;
  unit: string;
  bar: { atMost: number } | { atLeast: number };
  /** Where it is not met: how far, and for what cause. */
  because?: string;
};

/** Columns, and rows of as many cells. */
export type Table = { title: string; columns: readonly string[]; rows: readonly (readonly string[])[] };

export type Measured = {
  tables: readonly Table[];
  bars: readonly Bar[];
  plots: readonly Plot[];
  /** What a reader has to know of how it came about. */
  notes: readonly string[];
};

export type Settings = {
  /** A smaller run, to see that all of it works: its figures are coarse. */
  quick: boolean;
  /** The machine does other things: what falls behind is measured all the same, and said. */
  busy: boolean;
  tell: (what: string) => void;
};

export type Benchmark = {
  name: string;
  /** In a few words, for `--help`. */
  measures: string;
  /** How long a whole run takes about, and a quick one. */
  minutes: { whole: number; quick: number };
  /** Throws, with the reason, where it cannot measure. */
  run: (settings: Settings) => Promise<Measured>;
};

export const isMet = ({ measured, bar }: Bar): boolean =>
  'atMost' in bar ? measured <= bar.atMost : measured >= bar.atLeast;

export const round = (value: number, digits = 2): number => {
  if (!Number.isFinite(value)) throw new Error('a figure is no number: nothing was measured');
  return Number(value.toPrecision(digits + 1));
};

export const mean = (values: readonly number[]): number => {
  if (values.length === 0) throw new Error('a mean of nothing: nothing was measured');
  return values.reduce((sum, value) => sum + value, 0) / values.length;
};

/** @param share 0.5 for the median */
export const percentile = (values: readonly number[], share: number): number => {
  if (values.length === 0) throw new Error('a percentile of nothing: nothing was measured');
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
};
