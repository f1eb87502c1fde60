import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeAmf0, encodeAmf0, type Amf0Value } from './amf0.ts';

const name = fc.string({ minLength: 1, maxLength: 20 });
const value = fc.letrec<{ value: Amf0Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.double({ noNaN: true }),
    fc.boolean(),
    fc.string({ maxLength: 100 }),
    fc.constant(null),
    fc.constant(undefined),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(name, tie('value'), { maxKeys: 5 }),
  ),
})).value;

const fromHex = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex');

describe('AMF0', () => {
  it('[P12] reads what it writes', () => {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 6 }), (values) => {
        expect(decodeAmf0(encodeAmf0(...values))).toEqual(values);
      }),
      { numRuns: 500 },
    );
  });

  it('[P12] writes the bytes that the specification gives', () => {
    expect(encodeAmf0('connect', 1, { app: 'x' }, null, true).toString('hex')).toBe(
      '020007636f6e6e656374003ff000000000000003000361707002000178000009050101',
    );
    expect(encodeAmf0('a'.repeat(70_000)).subarray(0, 5).toString('hex')).toBe('0c00011170');
  });

  it.each([
    ['an ECMA array, whatever count it claims', '0800000000 000161 003ff0000000000000 000009', [{ a: 1 }]],
    ['a typed object as an object', '10000158 000161 0101 000009', [{ a: true }]],
    ['a date as its number', '0b3ff00000000000000000', [1]],
    ['a long string', '0c00000002 6869', ['hi']],
    ['a member called __proto__', '03 00095f5f70726f746f5f5f 0101 000009', [JSON.parse('{"__proto__":true}')]],
  ])('[P12] reads %s', (_, hex, values) => {
    expect(decodeAmf0(fromHex(hex))).toEqual(values);
  });

  it.each([
    ['is cut short', '0200057265', []],
    ['is of an unknown kind', '0101 11', [true]],
    ['refers to another', '0101 070001', [true]],
    ['claims more elements than there are', '0101 0affffffff 05', [true]],
  ])('[P12] stops before a value that %s, and keeps those before it', (_, hex, values) => {
    expect(decodeAmf0(fromHex(hex))).toEqual(values);
  });

  it('[P12] reads eight levels and not nine, 1,024 values and not one more', () => {
    const nested = (levels: number): Buffer => fromHex(`${'0a00000001'.repeat(levels)}05`);
    expect(decodeAmf0(nested(8))).toHaveLength(1);
    expect(decodeAmf0(nested(9))).toHaveLength(0);
    expect(decodeAmf0(Buffer.alloc(1_024, 5))).toHaveLength(1_024);
    expect(decodeAmf0(Buffer.alloc(1_025, 5))).toHaveLength(1_024);
  });

  it('[P12] survives any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(decodeAmf0(Buffer.from(bytes)).length).toBeLessThanOrEqual(bytes.length);
      }),
      { numRuns: 2_000 },
    );
  });
});
