import { oneOf, pick, type Random } from '../lib/random.ts';

/** Something that a reader takes, and where in it lie the things that it goes by. */
export type Specimen = {
  bytes: Buffer;
  /** Fields that say how long something is: where, and of how many bytes. */
  lengths: readonly { at: number; bytes: number }[];
  /** Whole elements, boxes or chunks, inner ones as well. */
  elements: readonly { from: number; to: number }[];
  /** Makes the sizes of all that lies around `at` true again after bytes were added there. */
  mend?: (bytes: Buffer, at: number, grown: number) => void;
};

type Mutation = (specimen: Specimen, random: Random, other: Specimen) => Buffer;

const MAX_BYTES = 256 * 1024;
const MAX_MUTATIONS = 4;
const MAX_REPEATS = 200;
const MAX_DEPTH = 2_000;

const somewhere = ({ bytes, elements }: Specimen, random: Random): number => {
  const element = elements[pick(random, elements.length)];
  // Most of what a reader looks at are headers.
  if (element !== undefined && random() < 0.7) return Math.min(element.from + pick(random, 24), bytes.length - 1);
  return pick(random, bytes.length);
};

/** Half of the time what lies around is told: a reader that notices at once looks no further. */
const replace = ({ bytes, mend }: Specimen, random: Random, from: number, to: number, ...by: Uint8Array[]): Buffer => {
  const replaced = Buffer.concat([bytes.subarray(0, from), ...by, bytes.subarray(to)]);
  if (random() < 0.5) mend?.(replaced, from, replaced.length - bytes.length);
  return replaced;
};

const element = ({ elements, bytes }: Specimen, random: Random): { from: number; to: number } =>
  elements[pick(random, elements.length)] ?? { from: 0, to: bytes.length };

const flip: Mutation = (specimen, random) => {
  const bytes = Buffer.from(specimen.bytes);
  for (let left = 1 + pick(random, 8); left > 0; left -= 1) {
    const at = somewhere(specimen, random);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << pick(random, 8));
  }
  return bytes;
};

const set: Mutation = (specimen, random) => {
  const bytes = Buffer.from(specimen.bytes);
  const at = somewhere(specimen, random);
  return bytes.fill(
    oneOf(random, [0, 0x01, 0x7f, 0x80, 0xff, pick(random, 256)]),
    at,
    Math.min(bytes.length, at + 1 + pick(random, 16)),
  );
};

const truncate: Mutation = (specimen, random) => specimen.bytes.subarray(0, somewhere(specimen, random));

const remove: Mutation = (specimen, random) => {
  const { from, to } = random() < 0.5 ? element(specimen, random) : { from: somewhere(specimen, random), to: 0 };
  return replace(specimen, random, from, Math.max(to, from + 1 + pick(random, 64)));
};

const insert: Mutation = (specimen, random) => {
  const at = somewhere(specimen, random);
  const length = random() < 0.5 ? pick(random, 16) : pick(random, 4_096);
  const bytes = Buffer.alloc(length, pick(random, 256));
  if (random() < 0.5) for (let index = 0; index < length; index += 1) bytes[index] = pick(random, 256);
  return replace(specimen, random, at, at, bytes);
};

/** An element again, right after itself or elsewhere, once or very often. */
const duplicate: Mutation = (specimen, random) => {
  const { from, to } = element(specimen, random);
  const at = random() < 0.7 ? to : element(specimen, random).from;
  const fit = Math.max(1, Math.floor((MAX_BYTES - specimen.bytes.length) / Math.max(1, to - from)));
  const times = random() < 0.7 ? 1 : Math.min(fit, 1 + pick(random, MAX_REPEATS));
  const again = specimen.bytes.subarray(from, to);
  return replace(specimen, random, at, at, ...Array.from({ length: times }, () => again));
};

/** One element's header over and over: each claims to lie in the one before. */
const nest: Mutation = (specimen, random) => {
  const { from, to } = element(specimen, random);
  const header = specimen.bytes.subarray(from, Math.min(to, from + 4 + pick(random, 12)));
  const depth = 1 + pick(random, Math.min(MAX_DEPTH, Math.floor(MAX_BYTES / Math.max(1, header.length))));
  return replace(specimen, random, from, from, ...Array.from({ length: depth }, () => header));
};

/** The beginning of one and the rest of another, cut where elements begin. */
const splice: Mutation = (specimen, random, other) =>
  Buffer.concat([
    specimen.bytes.subarray(0, element(specimen, random).from),
    other.bytes.subarray(element(other, random).from),
  ]);

/** A length that says something else: much more than there is, a little, nothing, or all ones, which may mean "unknown". */
const grow: Mutation = (specimen, random) => {
  const length = specimen.lengths[pick(random, specimen.lengths.length)];
  if (length === undefined) return flip(specimen, random, specimen);
  const bytes = Buffer.from(specimen.bytes);
  const { at } = length;
  const to = Math.min(at + length.bytes, bytes.length);
  switch (pick(random, 6)) {
    case 0:
      return bytes.fill(0xff, at, to);
    case 1:
      return bytes.fill(0, at, to);
    case 2:
      bytes[at] = (bytes[at] ?? 0) ^ (0x80 >> pick(random, 8));
      return bytes;
    case 3:
      bytes[to - 1] = (bytes[to - 1] ?? 0) + (random() < 0.5 ? 1 : -1);
      return bytes;
    case 4:
      for (let index = at; index < to; index += 1) bytes[index] = pick(random, 256);
      return bytes;
    default:
      bytes[to - 1] = 0xff;
      bytes[Math.max(at, to - 2)] = 0xff;
      return bytes;
  }
};

const MUTATIONS = [flip, set, truncate, remove, insert, duplicate, nest, splice, grow, grow] as const;

/** A specimen with a few things done to it, and never much larger than what a browser sends in a second. */
export const mutate = (specimens: readonly [Specimen, ...Specimen[]], random: Random): Buffer => {
  const first = oneOf(random, specimens);
  let { bytes } = first;
  for (let left = 1 + pick(random, MAX_MUTATIONS); left > 0; left -= 1) {
    const inside = ({ from, to }: { from: number; to: number }): boolean => from < bytes.length && to <= bytes.length;
    const now: Specimen = {
      ...first,
      bytes,
      elements: first.elements.filter(inside),
      lengths: first.lengths.filter((length) => inside({ from: length.at, to: length.at + length.bytes })),
    };
    if (bytes.length > 0) bytes = oneOf(random, MUTATIONS)(now, random, oneOf(random, specimens));
  }
  return bytes.subarray(0, MAX_BYTES);
};

/** Bytes in pieces, cut anywhere. */
export const cut = (bytes: Buffer, random: Random): Buffer[] => {
  const pieces: Buffer[] = [];
  const most = oneOf(random, [8, 300, 5_000, 60_000]);
  for (let at = 0; at < bytes.length;) {
    // A long input in tiny pieces shows nothing more than its beginning does.
    const length = pieces.length < 400 ? 1 + pick(random, most) : 10_000;
    pieces.push(bytes.subarray(at, at + length));
    at += length;
  }
  return pieces;
};
