const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

/** `1 like`, `2 likes`, `1.2K likes`. */
export const count = (number: number, of: string, ofMany = `${of}s`) =>
  `${compact.format(number)} ${number === 1 ? of : ofMany}`;
