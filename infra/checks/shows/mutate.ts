import * as fc from 'fast-check';

/** Something that a reader takes, and where in it lie the things that it goes by. */
export type CorpusEntry = {
  bytes: Buffer;
  /** Fields that say how long something is: where, and of how many bytes. */
  lengths: readonly { at: number; bytes: number }[];
  /** Whole elements, boxes or chunks, inner ones as well. */
  elements: readonly { from: number; to: number }[];
  /** Makes the sizes of all that lies around `at` true again after bytes were added there. */
  mend?: (bytes: Buffer, at: number, grown: number) => void;
};
export type Corpus = readonly [CorpusEntry, ...CorpusEntry[]];

/** One thing done to an entry of the corpus; `other` is what bytes are taken from. */
type Mutation = (entry: CorpusEntry, other: CorpusEntry) => Buffer;

const MAX_BYTES = 256 * 1024;
const MAX_MUTATIONS = 4;
const MAX_REPEATS = 200;
const MAX_DEPTH = 2_000;

/** Larger than any list or entry: what is drawn is taken modulo their length. */
const anyIndex = fc.nat(2 ** 24);
const byte = fc.oneof(fc.constantFrom(0, 0x01, 0x7f, 0x80, 0xff), fc.nat(255));

const elementAt = ({ elements, bytes }: CorpusEntry, index: number): { from: number; to: number } =>
  elements[index % elements.length] ?? { from: 0, to: bytes.length };

/** Where something is done. Most of what a reader looks at are headers. */
const place = fc.oneof(
  {
    weight: 7,
    arbitrary: fc.tuple(anyIndex, fc.nat(23)).map(
      ([index, into]) =>
        (entry: CorpusEntry): number =>
          Math.min(elementAt(entry, index).from + into, entry.bytes.length - 1),
    ),
  },
  {
    weight: 3,
    arbitrary: anyIndex.map(
      (index) =>
        ({ bytes }: CorpusEntry): number =>
          index % bytes.length,
    ),
  },
);

/** Half of the time what lies around is told: a reader that notices at once looks no further. */
const replace = (
  { bytes, mend }: CorpusEntry,
  { from, to, by, isTold }: { from: number; to: number; by: readonly Uint8Array[]; isTold: boolean },
): Buffer => {
  const replaced = Buffer.concat([bytes.subarray(0, from), ...by, bytes.subarray(to)]);
  if (isTold) mend?.(replaced, from, replaced.length - bytes.length);
  return replaced;
};

const times = <Value>(count: number, value: Value): Value[] => Array.from({ length: count }, () => value);

const flip = fc.array(fc.tuple(place, fc.nat(7)), { minLength: 1, maxLength: 8 }).map((bits): Mutation => (entry) => {
  const bytes = Buffer.from(entry.bytes);
  for (const [where, bit] of bits) {
    const at = where(entry);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
  }
  return bytes;
});

const set = fc
  .tuple(place, byte, fc.integer({ min: 1, max: 16 }))
  .map(([where, value, length]): Mutation => (entry) => {
    const at = where(entry);
    return Buffer.from(entry.bytes).fill(value, at, Math.min(entry.bytes.length, at + length));
  });

const truncate = place.map(
  (where): Mutation =>
    (entry) =>
      entry.bytes.subarray(0, where(entry)),
);

const remove = fc
  .tuple(fc.boolean(), anyIndex, place, fc.integer({ min: 1, max: 64 }), fc.boolean())
  .map(([isWhole, index, where, length, isTold]): Mutation => (entry) => {
    const at = where(entry);
    const { from, to } = isWhole ? elementAt(entry, index) : { from: at, to: at + length };
    return replace(entry, { from, to, by: [], isTold });
  });

const insert = fc
  .tuple(
    place,
    fc.oneof(
      fc.uint8Array({ maxLength: 4_096, size: 'max' }),
      fc.tuple(byte, fc.nat(4_096)).map(([value, length]) => Buffer.alloc(length, value)),
    ),
    fc.boolean(),
  )
  .map(([where, by, isTold]): Mutation => (entry) => {
    const at = where(entry);
    return replace(entry, { from: at, to: at, by: [by], isTold });
  });

/** An element again, right after itself or elsewhere, once or very often. */
const duplicate = fc
  .tuple(
    anyIndex,
    fc.option(anyIndex, { freq: 2 }),
    fc.oneof(
      { weight: 7, arbitrary: fc.constant(1) },
      { weight: 3, arbitrary: fc.integer({ min: 1, max: MAX_REPEATS }) },
    ),
    fc.boolean(),
  )
  .map(([index, elsewhere, count, isTold]): Mutation => (entry) => {
    const { from, to } = elementAt(entry, index);
    const at = elsewhere === null ? to : elementAt(entry, elsewhere).from;
    const fit = Math.max(1, Math.floor((MAX_BYTES - entry.bytes.length) / Math.max(1, to - from)));
    const by = times(Math.min(fit, count), entry.bytes.subarray(from, to));
    return replace(entry, { from: at, to: at, by, isTold });
  });

/** One element's header over and over: each claims to lie in the one before. */
const nest = fc
  .tuple(anyIndex, fc.integer({ min: 4, max: 15 }), fc.integer({ min: 1, max: MAX_DEPTH }), fc.boolean())
  .map(([index, headerBytes, depth, isTold]): Mutation => (entry) => {
    const { from, to } = elementAt(entry, index);
    const header = entry.bytes.subarray(from, Math.min(to, from + headerBytes));
    return replace(entry, { from, to: from, by: times(depth, header), isTold });
  });

/** The beginning of one and the rest of another, cut where elements begin. */
const splice = fc.tuple(anyIndex, anyIndex).map(
  ([index, otherIndex]): Mutation =>
    (entry, other) =>
      Buffer.concat([
        entry.bytes.subarray(0, elementAt(entry, index).from),
        other.bytes.subarray(elementAt(other, otherIndex).from),
      ]),
);

/** A length that says something else: much more than there is, a little, nothing, or all ones, which may mean "unknown". */
const stretch = fc
  .tuple(
    anyIndex,
    fc.oneof(
      fc.constant((field: Buffer) => field.fill(0xff)),
      fc.constant((field: Buffer) => field.fill(0)),
      fc.nat(7).map((bit) => (field: Buffer) => field.writeUInt8((field[0] ?? 0) ^ (0x80 >> bit))),
      fc.constantFrom(1, 255).map((by) => (field: Buffer) => {
        const last = field.length - 1;
        field.writeUInt8(((field[last] ?? 0) + by) % 256, last);
      }),
      fc
        .uint8Array({ minLength: 8, maxLength: 8 })
        .map((value) => (field: Buffer) => field.set(value.subarray(0, field.length))),
      fc.constant((field: Buffer) => field.fill(0xff, Math.max(0, field.length - 2))),
    ),
  )
  .map(([index, change]): Mutation => (entry) => {
    const bytes = Buffer.from(entry.bytes);
    const length = entry.lengths[index % entry.lengths.length];
    if (length !== undefined) change(bytes.subarray(length.at, length.at + length.bytes));
    return bytes;
  });

const mutation = fc.oneof(flip, set, truncate, remove, insert, duplicate, nest, splice, {
  arbitrary: stretch,
  weight: 2,
});

/** What of the entry's places is still within `bytes`. */
const within = (entry: CorpusEntry, bytes: Buffer): CorpusEntry => ({
  ...entry,
  bytes,
  elements: entry.elements.filter(({ from, to }) => from < bytes.length && to <= bytes.length),
  lengths: entry.lengths.filter((length) => length.bytes > 0 && length.at + length.bytes <= bytes.length),
});

/** An entry of the corpus with a few things done to it, and never much larger than what a browser sends in a second. */
export const mutated = (corpus: Corpus): fc.Arbitrary<Buffer> =>
  fc
    .tuple(
      fc.constantFrom(...corpus),
      fc.array(fc.tuple(mutation, fc.constantFrom(...corpus)), { minLength: 1, maxLength: MAX_MUTATIONS }),
    )
    .map(([entry, mutations]) => {
      let { bytes } = entry;
      for (const [mutate, other] of mutations)
        if (bytes.length > 0) bytes = mutate(within(entry, bytes), other).subarray(0, MAX_BYTES);
      return bytes;
    });

/** Where bytes are cut: lengths of pieces, taken again and again. */
export const cuts = fc
  .constantFrom(8, 300, 5_000, 60_000)
  .chain((most) => fc.array(fc.integer({ min: 1, max: most }), { minLength: 1, maxLength: 40 }));

/** A long input in tiny pieces shows nothing more than its beginning does. */
export const SMALL_PIECES = 400;

export const cut = (bytes: Buffer, lengths: readonly number[]): Buffer[] => {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = pieces.length < SMALL_PIECES ? (lengths[pieces.length % lengths.length] ?? 1) : 10_000;
    pieces.push(bytes.subarray(at, at + length));
    at += length;
  }
  return pieces;
};
