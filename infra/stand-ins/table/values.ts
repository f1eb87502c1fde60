import type { AttributeValue, Item, Path } from 'dynalite/db/index.js';
import { compareDecimals } from './decimal.ts';

/** The items' own limits: the bytes of names and values together, and how deep lists and maps may nest. */
export const ITEM = { bytes: 400 * 1024, depth: 32 } as const;

export const typeOf = (value: AttributeValue): string => Object.keys(value)[0] ?? '';

const members = (value: AttributeValue): string[] | undefined => {
  if ('SS' in value) return value.SS;
  if ('NS' in value) return value.NS;
  return 'BS' in value ? value.BS : undefined;
};

/** What stands at a path, if anything. */
export function at(path: Path, item: Item): AttributeValue | undefined {
  return path.reduce<AttributeValue | undefined>(
    (value, step) => {
      if (!value) return undefined;
      if (typeof step === 'number') return 'L' in value ? value.L[step] : undefined;
      return 'M' in value && Object.hasOwn(value.M, step) ? value.M[step] : undefined;
    },
    { M: item },
  );
}

/** Equal in type and value; sets in any order, lists in theirs. */
export function equal(one: AttributeValue, other: AttributeValue): boolean {
  if (typeOf(one) !== typeOf(other)) return false;
  const [set, otherSet] = [members(one), members(other)];
  if (set && otherSet) return set.length === otherSet.length && set.every((member) => otherSet.includes(member));
  if ('L' in one && 'L' in other)
    return one.L.length === other.L.length && one.L.every((value, n) => same(value, other.L[n]));
  if ('M' in one && 'M' in other) {
    const names = Object.keys(one.M);
    return names.length === Object.keys(other.M).length && names.every((name) => same(one.M[name], other.M[name]));
  }
  return Object.values(one)[0] === Object.values(other)[0];
}

const same = (one: AttributeValue | undefined, other: AttributeValue | undefined) =>
  one !== undefined && other !== undefined && equal(one, other);

/** Negative, zero or positive, as for sorting; nothing when these two have no order. */
export function compare(one: AttributeValue, other: AttributeValue): number | undefined {
  if ('N' in one && 'N' in other) return compareDecimals(one.N, other.N);
  if ('S' in one && 'S' in other) return Buffer.compare(Buffer.from(one.S), Buffer.from(other.S));
  if ('B' in one && 'B' in other) return Buffer.compare(bytes(one.B), bytes(other.B));
  return undefined;
}

export function beginsWith(value: AttributeValue, start: AttributeValue): boolean {
  if ('S' in value && 'S' in start) return value.S.startsWith(start.S);
  if (!('B' in value && 'B' in start)) return false;
  const prefix = bytes(start.B);
  return bytes(value.B).subarray(0, prefix.length).equals(prefix);
}

export function contains(value: AttributeValue, part: AttributeValue): boolean {
  if ('S' in value && 'S' in part) return value.S.includes(part.S);
  if ('B' in value && 'B' in part) return bytes(value.B).includes(bytes(part.B));
  if ('L' in value) return value.L.some((member) => equal(member, part));
  if ('SS' in value && 'S' in part) return value.SS.includes(part.S);
  if ('NS' in value && 'N' in part) return value.NS.includes(part.N);
  return 'BS' in value && 'B' in part && value.BS.includes(part.B);
}

/** What the function `size` says of a value, if anything. */
export function sizeOf(value: AttributeValue): number | undefined {
  if ('S' in value) return value.S.length;
  if ('B' in value) return bytes(value.B).length;
  if ('L' in value) return value.L.length;
  if ('M' in value) return Object.keys(value.M).length;
  return members(value)?.length;
}

/** How many bytes an item counts for against the limit. */
export const bytesOf = (item: Item): number =>
  Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + weigh(value), 0);

function weigh(value: AttributeValue): number {
  if ('S' in value) return Buffer.byteLength(value.S);
  if ('N' in value) return 1 + Math.ceil(value.N.replace(/^-?0*|\D/g, '').length / 2);
  if ('B' in value) return bytes(value.B).length;
  if ('L' in value) return value.L.reduce((sum, member) => sum + 1 + weigh(member), 3);
  if ('M' in value) return 3 + Object.keys(value.M).length + bytesOf(value.M);
  return members(value)?.reduce((sum, member) => sum + Buffer.byteLength(member), 0) ?? 1;
}

/** How deep the lists and maps of an item nest. */
export const depthOf = (item: Item): number => Math.max(0, ...Object.values(item).map(depth));

function depth(value: AttributeValue): number {
  if ('L' in value) return 1 + Math.max(0, ...value.L.map(depth));
  return 'M' in value ? 1 + depthOf(value.M) : 0;
}

const bytes = (base64: string) => Buffer.from(base64, 'base64');
