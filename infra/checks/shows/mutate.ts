import * as fc from 'fast-check';

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
export type Specimens = readonly [Specimen, ...Specimen[]];

/** One thing done to a specimen; `other` is what bytes are taken from. */
type Mutation = (specimen: Specimen, other: Specimen) => Buffer;

const MAX_BYTES = 256 * 1024;
const MAX_MUTATIONS = 4;
const MAX_REPEATS = 200;
const MAX_DEPTH = 2_000;

/** Larger than any list or specimen: what is drawn is taken modulo their length. */
const anyIndex = fc.nat(2 ** 24);
const byte = fc.oneof(fc.constantFrom(0, 0x01, 0x7f, 0x80, 0xff), fc.nat(255));

const elementAt = ({ elements, bytes }: Specimen, index: number): { from: number; to: number } =>
  elements[index % elements.length] ?? { from: 0, to: bytes.length };

/** Where something is done. Most of what a reader looks at are headers. */
const place = fc.oneof(
  {
    weight: 7,
    arbitrary: fc.tuple(anyIndex, fc.nat(23)).map(
      ([index, into]) =>
        (specimen: Specimen): number =>
          Math.min(elementAt(specimen, index).from + into, specimen.bytes.length - 1),
    ),
  },
  {
    weight: 3,
    arbitrary: anyIndex.map(
      (index) =>
        ({ bytes }: Specimen): number =>
          index % bytes.length,
    ),
  },
);

/** Half of the time what lies around is told: a reader that notices at once looks no further. */
const replace = (
  { bytes, mend }: Specimen,
  { from, to, by, isTold }: { from: number; to: number; by: readonly Uint8Array[]; isTold: boolean },
): Buffer => {
  const replaced = Buffer.concat([bytes.subarray(0, from), ...by, bytes.subarray(to)]);
  if (isTold) mend?.(replaced, from, replaced.length - bytes.length);
  return replaced;
};

const times = <Value>(count: number, value: Value): Value[] => Array.from({ length: count }, () => value);

const flip = fc
  .array(fc.tuple(place, fc.nat(7)), { minLength: 1, maxLength: 8 })
  .map((bits): Mutation => (specimen) => {
    const bytes = Buffer.from(specimen.bytes);
    for (const [where, bit] of bits) {
      const at = where(specimen);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
    }
    return bytes;
  });

const set = fc
  .tuple(place, byte, fc.integer({ min: 1, max: 16 }))
  .map(([where, value, length]): Mutation => (specimen) => {
    const at = where(specimen);
    return Buffer.from(specimen.bytes).fill(value, at, Math.min(specimen.bytes.length, at + length));
  });

const truncate = place.map(
  (where): Mutation =>
    (specimen) =>
      specimen.bytes.subarray(0, where(specimen)),
);

const remove = fc
  .tuple(fc.boolean(), anyIndex, place, fc.integer({ min: 1, max: 64 }), fc.boolean())
  .map(([isWhole, index, where, length, isTold]): Mutation => (specimen) => {
    const at = where(specimen);
    const { from, to } = isWhole ? elementAt(specimen, index) : { from: at, to: at + length };
    return replace(specimen, { from, to, by: [], isTold });
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
  .map(([where, by, isTold]): Mutation => (specimen) => {
    const at = where(specimen);
    return replace(specimen, { from: at, to: at, by: [by], isTold });
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
  .map(([index, elsewhere, count, isTold]): Mutation => (specimen) => {
    const { from, to } = elementAt(specimen, index);
    const at = elsewhere === null ? to : elementAt(specimen, elsewhere).from;
    const fit = Math.max(1, Math.floor((MAX_BYTES - specimen.bytes.length) / Math.max(1, to - from)));
    const by = times(Math.min(fit, count), specimen.bytes.subarray(from, to));
    return replace(specimen, { from: at, to: at, by, isTold });
  });

/** One element's header over and over: each claims to lie in the one before. */
const nest = fc
  .tuple(anyIndex, fc.integer({ min: 4, max: 15 }), fc.integer({ min: 1, max: MAX_DEPTH }), fc.boolean())
  .map(([index, headerBytes, depth, isTold]): Mutation => (specimen) => {
    const { from, to } = elementAt(specimen, index);
    const header = specimen.bytes.subarray(from, Math.min(to, from + headerBytes));
    return replace(specimen, { from, to: from, by: times(depth, header), isTold });
  });

/** The beginning of one and the rest of another, cut where elements begin. */
const splice = fc.tuple(anyIndex, anyIndex).map(
  ([index, otherIndex]): Mutation =>
    (specimen, other) =>
      Buffer.concat([
        specimen.bytes.subarray(0, elementAt(specimen, index).from),
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
  .map(([index, change]): Mutation => (specimen) => {
    const bytes = Buffer.from(specimen.bytes);
    const length = specimen.lengths[index % specimen.lengths.length];
    if (length !== undefined) change(bytes.subarray(length.at, length.at + length.bytes));
    return bytes;
  });

const mutation = fc.oneof(flip, set, truncate, remove, insert, duplicate, nest, splice, {
  arbitrary: stretch,
  weight: 2,
});

/** What of the specimen's places is still within `bytes`. */
const within = (specimen: Specimen, bytes: Buffer): Specimen => ({
  ...specimen,
  bytes,
  elements: specimen.elements.filter(({ from, to }) => from < bytes.length && to <= bytes.length),
  lengths: specimen.lengths.filter((length) => length.bytes > 0 && length.at + length.bytes <= bytes.length),
});

/** A specimen with a few things done to it, and never much larger than what a browser sends in a second. */
export const mutated = (specimens: Specimens): fc.Arbitrary<Buffer> =>
  fc
    .tuple(
      fc.constantFrom(...specimens),
      fc.array(fc.tuple(mutation, fc.constantFrom(...specimens)), { minLength: 1, maxLength: MAX_MUTATIONS }),
    )
    .map(([specimen, mutations]) => {
      let { bytes } = specimen;
      for (const [mutate, other] of mutations)
        if (bytes.length > 0) bytes = mutate(within(specimen, bytes), other).subarray(0, MAX_BYTES);
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
