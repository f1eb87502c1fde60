/** DynamoDB's numbers: exact decimals of up to 38 digits, as plain text without an exponent. */

/** `digits` × 10^-`scale`. */
type Decimal = { digits: bigint; scale: number };

const LIMITS = { digits: 38, exponent: 125 } as const;

const parse = (text: string): Decimal => {
  const [whole = '', fraction = ''] = text.split('.');
  return { digits: BigInt(whole + fraction), scale: fraction.length };
};

const align = (one: Decimal, other: Decimal) => {
  const scale = Math.max(one.scale, other.scale);
  const raise = ({ digits, scale: own }: Decimal) => digits * 10n ** BigInt(scale - own);
  return { one: raise(one), other: raise(other), scale };
};

/** Negative, zero or positive, as for sorting. */
export function compareDecimals(one: string, other: string): number {
  const aligned = align(parse(one), parse(other));
  return aligned.one === aligned.other ? 0 : aligned.one < aligned.other ? -1 : 1;
}

/** The sum, or nothing when DynamoDB cannot hold it. */
export function addDecimals(one: string, other: string, sign: 1 | -1 = 1): string | undefined {
  const aligned = align(parse(one), parse(other));
  return format({ digits: aligned.one + BigInt(sign) * aligned.other, scale: aligned.scale });
}

function format({ digits, scale }: Decimal): string | undefined {
  const sign = digits < 0n ? '-' : '';
  const plain = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, '0');
  const whole = plain.slice(0, plain.length - scale);
  const fraction = plain.slice(plain.length - scale).replace(/0+$/, '');
  const significant = (whole + fraction).replace(/^0+|0+$/g, '').length;
  if (significant > LIMITS.digits || whole.length > LIMITS.exponent + 1) return undefined;
  return `${sign}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}
