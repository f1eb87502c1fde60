/** Bits, most significant first, up to whole bytes. */
export const bits = (...parts: string[]): Buffer => {
  const text = parts.join('');
  const padded = text.padEnd(Math.ceil(text.length / 8) * 8, '0');
  return Buffer.from((padded.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
};
/** A number as a parameter set writes it. */
export const golomb = (value: number): string => {
  const code = (value + 1).toString(2);
  return '0'.repeat(code.length - 1) + code;
};

/** A baseline sequence parameter set, its size in macroblocks and its cropping in pairs of lines. */
export const sequence = (columns: number, rows: number, cut = 0): Buffer => {
  const crop = cut > 0 ? ['1', golomb(0), golomb(0), golomb(0), golomb(cut)] : ['0'];
  const start = [golomb(0), golomb(0), golomb(2), golomb(1), '0'];
  const size = [golomb(columns - 1), golomb(rows - 1), '1', '1'];
  const body = bits(...start, ...size, ...crop, '0', '1');
  return Buffer.concat([Buffer.from([0x67, 66, 0xc0, 30]), body]);
};

/** One in a format of its samples that not every player shows, or that all do: 4:0:0 to 4:4:4, in eight bits and `depth` more. */
export const formatted = (
  columns: number,
  rows: number,
  { profile = 100, chroma = 1, depth = 0 }: { profile?: number; chroma?: number; depth?: number } = {},
): Buffer => {
  const format = [golomb(chroma), ...(chroma === 3 ? ['0'] : []), golomb(depth), golomb(depth), '0', '0'];
  const start = [golomb(0), ...format, golomb(0), golomb(2), golomb(1), '0'];
  const body = bits(...start, golomb(columns - 1), golomb(rows - 1), '1', '1', '0', '0', '1');
  return Buffer.concat([Buffer.from([0x67, profile, 0, 30]), body]);
};

/** The configuration record of such sets (ISO 14496-15), with lengths of four bytes before units. */
export const record = (...sets: Buffer[]): Buffer =>
  Buffer.concat([
    Buffer.from([1, 66, 0xc0, 30, 0xff, 0xe0 | sets.length]),
    ...sets.flatMap((set) => [Buffer.from([set.byteLength >> 8, set.byteLength]), set]),
    Buffer.from([0]),
  ]);
