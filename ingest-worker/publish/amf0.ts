/** AMF0, the encoding of RTMP's commands and metadata. Values that RTMP never needs (references, AMF3) are not read. */
export type Amf0Value = number | boolean | string | null | undefined | Amf0Value[] | Amf0Object;
export type Amf0Object = { readonly [name: string]: Amf0Value };

const NUMBER = 0x00;
const BOOLEAN = 0x01;
const STRING = 0x02;
const OBJECT = 0x03;
const NULL = 0x05;
const UNDEFINED = 0x06;
const ECMA_ARRAY = 0x08;
const OBJECT_END = 0x09;
const STRICT_ARRAY = 0x0a;
const DATE = 0x0b;
const LONG_STRING = 0x0c;
const XML = 0x0f;
const TYPED_OBJECT = 0x10;

const SHORT_STRING_BYTES = 0xffff;
/** A server's answer is two levels deep and has a dozen values. */
const MAX_DEPTH = 8;
const MAX_VALUES = 1_024;

/** The values one after the other, as the body of a command or data message. */
export const encodeAmf0 = (...values: readonly Amf0Value[]): Buffer => Buffer.concat(values.flatMap(toParts));

const toParts = (value: Amf0Value): Buffer[] => {
  if (value === null) return [Buffer.of(NULL)];
  if (value === undefined) return [Buffer.of(UNDEFINED)];
  if (typeof value === 'boolean') return [Buffer.of(BOOLEAN, value ? 1 : 0)];
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(9);
    bytes.writeDoubleBE(value, 1);
    return [bytes];
  }
  if (typeof value === 'string') return toStringParts(value);
  if (Array.isArray(value)) return [withCount(STRICT_ARRAY, value.length), ...value.flatMap(toParts)];
  return [
    Buffer.of(OBJECT),
    ...Object.entries(value).flatMap(([name, member]) => [...toNameParts(name), ...toParts(member)]),
    Buffer.of(0, 0, OBJECT_END),
  ];
};

const toStringParts = (text: string): Buffer[] => {
  const bytes = Buffer.from(text);
  if (bytes.length > SHORT_STRING_BYTES) return [withCount(LONG_STRING, bytes.length), bytes];
  return [Buffer.of(STRING, bytes.length >> 8, bytes.length & 0xff), bytes];
};

const toNameParts = (name: string): Buffer[] => {
  const bytes = Buffer.from(name);
  if (bytes.length > SHORT_STRING_BYTES) throw new RangeError('the name of an AMF0 member is limited to 65535 bytes');
  return [Buffer.of(bytes.length >> 8, bytes.length & 0xff), bytes];
};

const withCount = (marker: number, count: number): Buffer => {
  const bytes = Buffer.alloc(5);
  bytes[0] = marker;
  bytes.writeUInt32BE(count, 1);
  return bytes;
};

type Cursor = { readonly body: Buffer; at: number; values: number };

/** What stands for a value that cannot be read: truncated, of an unknown kind, too deep or too many. */
const UNREADABLE = Symbol('unreadable');
type Read<Value> = Value | typeof UNREADABLE;

/**
 * The values of a message's body, up to the first that cannot be read: a command whose last argument is broken still
 * tells its name.
 */
export const decodeAmf0 = (body: Buffer): Amf0Value[] => {
  const cursor: Cursor = { body, at: 0, values: 0 };
  const values: Amf0Value[] = [];
  while (cursor.at < body.length) {
    const value = readValue(cursor, 0);
    if (value === UNREADABLE) break;
    values.push(value);
  }
  return values;
};

const readValue = (cursor: Cursor, depth: number): Read<Amf0Value> => {
  if (depth > MAX_DEPTH || ++cursor.values > MAX_VALUES) return UNREADABLE;
  const marker = take(cursor, 1);
  if (marker === UNREADABLE) return UNREADABLE;
  switch (marker[0]) {
    case NUMBER:
      return readNumber(cursor);
    case BOOLEAN: {
      const byte = take(cursor, 1);
      return byte === UNREADABLE ? UNREADABLE : byte[0] !== 0;
    }
    case STRING:
      return readText(cursor, 2);
    case LONG_STRING:
    case XML:
      return readText(cursor, 4);
    case NULL:
      return null;
    case UNDEFINED:
      return undefined;
    case OBJECT:
      return readMembers(cursor, depth);
    case TYPED_OBJECT:
      return readText(cursor, 2) === UNREADABLE ? UNREADABLE : readMembers(cursor, depth);
    case ECMA_ARRAY:
      // Its count is a hint that servers get wrong; the end marker tells the truth.
      return take(cursor, 4) === UNREADABLE ? UNREADABLE : readMembers(cursor, depth);
    case STRICT_ARRAY:
      return readElements(cursor, depth);
    case DATE: {
      const milliseconds = readNumber(cursor);
      return take(cursor, 2) === UNREADABLE ? UNREADABLE : milliseconds;
    }
    default:
      return UNREADABLE;
  }
};

const take = (cursor: Cursor, bytes: number): Read<Buffer> => {
  const from = cursor.at;
  if (from + bytes > cursor.body.length) return UNREADABLE;
  cursor.at += bytes;
  return cursor.body.subarray(from, cursor.at);
};

const readNumber = (cursor: Cursor): Read<number> => {
  const bytes = take(cursor, 8);
  return bytes === UNREADABLE ? UNREADABLE : bytes.readDoubleBE();
};

const readText = (cursor: Cursor, lengthBytes: 2 | 4): Read<string> => {
  const length = take(cursor, lengthBytes);
  if (length === UNREADABLE) return UNREADABLE;
  const text = take(cursor, length.readUIntBE(0, lengthBytes));
  return text === UNREADABLE ? UNREADABLE : text.toString();
};

const readMembers = (cursor: Cursor, depth: number): Read<Amf0Object> => {
  // Entries, not assignments: `__proto__` is then a name like any other.
  const members: [string, Amf0Value][] = [];
  for (;;) {
    const name = readText(cursor, 2);
    if (name === UNREADABLE) return UNREADABLE;
    if (name === '' && cursor.body[cursor.at] === OBJECT_END) {
      cursor.at += 1;
      return Object.fromEntries(members);
    }
    const member = readValue(cursor, depth + 1);
    if (member === UNREADABLE) return UNREADABLE;
    members.push([name, member]);
  }
};

const readElements = (cursor: Cursor, depth: number): Read<Amf0Value[]> => {
  const count = take(cursor, 4);
  if (count === UNREADABLE) return UNREADABLE;
  const elements: Amf0Value[] = [];
  for (let left = count.readUInt32BE(); left > 0; left -= 1) {
    const element = readValue(cursor, depth + 1);
    if (element === UNREADABLE) return UNREADABLE;
    elements.push(element);
  }
  return elements;
};
