const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

/** `12`, `1.2K`. */
export const compactCount = (number: number): string => compact.format(number);

/** `1 like`, `2 likes`, `1.2K likes`. */
export const count = (number: number, of: string, ofMany = `${of}s`) =>
  `${compact.format(number)} ${number === 1 ? of : ofMany}`;
