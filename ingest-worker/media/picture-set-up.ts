import type { FlvTag } from './flv-tag.ts';
import { walkUnits } from './h264-units.ts';

/** Keeps the decoder's set-up that is published true to the pictures that follow it (SPEC E12). */
export type PictureSetUp = {
  /** What to publish of this tag: before a picture that brings another set-up, that set-up. */
  pass(tag: FlvTag): FlvTag[];
  /** What follows is encoded, and has a set-up of its own: what was copied until now had another. */
  forget(): void;
  /** How often another one was brought. */
  readonly changes: number;
};

type ParameterSets = { sequence: Buffer[]; picture: Buffer[] };
/** A decoder configuration record (ISO 14496-15): parameter sets, and how long the length before each unit is. */
type Configuration = ParameterSets & { lengthBytes: number; extension: Buffer };
/** By content, so that to find one costs what its bytes do, however many others there are. */
type Known = { sequence: ReadonlySet<string>; picture: ReadonlySet<string> };

const AVC = 7;
const SET_UP = 0;
const PICTURE = 1;
/** Frame type and codec, packet type, composition time. */
const TAG_BYTES = 5;
const KIND_MASK = 0x1f;
const FIRST_SLICE = 1;
const LAST_SLICE = 5;
const SEQUENCE = 7;
const PICTURE_PARAMETERS = 8;
/** Version, profile, compatibility, level, length size and number of sequence parameter sets. */
const RECORD_BYTES = 6;
/** What a record can hold. */
const MOST = { sequence: 0x1f, picture: 0xff, setBytes: 0xffff };
/** Profiles whose record ends with the format of its samples: here 4:2:0 in eight bits, all that browsers record. */
const WITH_FORMAT = [100, 110, 122, 144];
const FORMAT = Buffer.from('fdf8f800', 'hex');

/**
 * An encoder that changes its picture's size says so in the stream (Chromium's recorder does) and no container tells FFmpeg,
 * which goes on with the set-up of the first picture: a player that believes it shows garbage.
 */
export const createPictureSetUp = (): PictureSetUp => {
  let inForce: { tag: FlvTag; configuration: Configuration; known: Known } | undefined;
  let changes = 0;

  const adopt = (tag: FlvTag): FlvTag[] => {
    const configuration = parseConfiguration(tag.body.subarray(TAG_BYTES));
    if (!configuration) return [tag];
    // FFmpeg stamps with 0 what it begins with. One that is started anew begins with what was in force then, not now.
    if (inForce && tag.timestampMs === 0) return [{ ...inForce.tag, timestampMs: 0 }];
    inForce = { tag, configuration, known: toKnown(configuration) };
    return [tag];
  };

  const compare = (tag: FlvTag): FlvTag[] => {
    if (!inForce) return [tag];
    const { configuration, known, tag: header } = inForce;
    const brought = parameterSets(tag.body.subarray(TAG_BYTES), configuration.lengthBytes);
    if (!fits(brought) || isCovered(brought, known)) return [tag];
    const next = {
      ...configuration,
      ...(brought.sequence.length > 0 && { sequence: brought.sequence }),
      ...(brought.picture.length > 0 && { picture: brought.picture }),
    };
    const body = Buffer.concat([header.body.subarray(0, TAG_BYTES), toRecord(next)]);
    const { timestampMs } = tag;
    const made: FlvTag = { kind: 'video', timestampMs, key: false, header: true, body };
    inForce = { tag: made, configuration: next, known: toKnown(next) };
    changes++;
    return [made, tag];
  };

  return {
    pass: (tag) => {
      const [kind = 0, packet] = tag.body;
      if (tag.kind !== 'video' || (kind & 0x0f) !== AVC) return [tag];
      if (packet === SET_UP) return adopt(tag);
      return packet === PICTURE && tag.key ? compare(tag) : [tag];
    },
    forget: () => {
      inForce = undefined;
    },
    get changes() {
      return changes;
    },
  };
};

const toKnown = ({ sequence, picture }: ParameterSets): Known => ({
  sequence: new Set(sequence.map(contentOf)),
  picture: new Set(picture.map(contentOf)),
});

const contentOf = (set: Buffer): string => set.toString('latin1');

/** Nothing was brought that is not in force already. */
const isCovered = (brought: ParameterSets, { sequence, picture }: Known): boolean =>
  brought.sequence.every((set) => sequence.has(contentOf(set))) &&
  brought.picture.every((set) => picture.has(contentOf(set)));

/** A stranger's pictures may claim anything; what no record can hold no player could use. */
const fits = (brought: ParameterSets): boolean =>
  isCountable(brought) &&
  [...brought.sequence, ...brought.picture].every(({ byteLength }) => byteLength <= MOST.setBytes);

const isCountable = ({ sequence, picture }: ParameterSets): boolean =>
  sequence.length <= MOST.sequence && picture.length <= MOST.picture;

/**
 * The parameter sets among a picture's units; one that is cut short ends the list, and so does the picture itself, before
 * which all of them stand (H.264, 7.4.1.2.3). Of more than a record can hold it is enough to know that there are more.
 */
const parameterSets = (units: Buffer, lengthBytes: number): ParameterSets => {
  const found: ParameterSets = { sequence: [], picture: [] };
  walkUnits(units, lengthBytes, (from, to) => {
    const kind = (units[from] ?? 0) & KIND_MASK;
    if (kind >= FIRST_SLICE && kind <= LAST_SLICE) return false;
    if (kind !== SEQUENCE && kind !== PICTURE_PARAMETERS) return true;
    const unit = withoutPadding(units.subarray(from, to));
    if (kind === PICTURE_PARAMETERS) found.picture.push(unit);
    else if (unit.byteLength > 3) found.sequence.push(unit);
    return isCountable(found);
  });
  return found;
};

const parseConfiguration = (record: Buffer): Configuration | undefined => {
  if (record.byteLength < RECORD_BYTES) return undefined;
  const lengthBytes = (record.readUInt8(4) & 0x03) + 1;
  const sequence = parseSets(record, RECORD_BYTES - 1, MOST.sequence);
  const picture = sequence && parseSets(record, sequence.end, MOST.picture);
  if (!picture) return undefined;
  return { lengthBytes, sequence: sequence.sets, picture: picture.sets, extension: record.subarray(picture.end) };
};

/** A count, then that many sets with their lengths before them. */
const parseSets = (record: Buffer, start: number, mask: number): { sets: Buffer[]; end: number } | undefined => {
  const sets: Buffer[] = [];
  let end = start + 1;
  for (let left = (record[start] ?? 0) & mask; left > 0; left--) {
    if (end + 2 > record.byteLength) return undefined;
    const from = end + 2;
    end = from + record.readUInt16BE(end);
    if (end > record.byteLength) return undefined;
    sets.push(withoutPadding(record.subarray(from, end)));
  }
  return { sets, end };
};

/** No unit ends with a zero; FFmpeg leaves one where it has found the set before a start code. */
const withoutPadding = (unit: Buffer): Buffer => {
  let end = unit.byteLength;
  while (end > 0 && unit[end - 1] === 0) end--;
  return unit.subarray(0, end);
};

const toRecord = ({ lengthBytes, sequence, picture, extension }: Configuration): Buffer => {
  const [, profile = 0, compatibility = 0, level = 0] = sequence[0] ?? [];
  const format = WITH_FORMAT.includes(profile) ? (extension.byteLength > 0 ? extension : FORMAT) : Buffer.alloc(0);
  return Buffer.concat([
    Buffer.from([1, profile, compatibility, level, 0xfc | (lengthBytes - 1), 0xe0 | sequence.length]),
    ...sequence.flatMap(withLength),
    Buffer.from([picture.length]),
    ...picture.flatMap(withLength),
    format,
  ]);
};

const withLength = (set: Buffer): Buffer[] => {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(set.byteLength);
  return [length, set];
};
