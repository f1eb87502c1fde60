const ONE_RANGE = /^bytes=(\d*)-(\d*)$/;

/** The one range that a `Range` header asks for; several, and what is no range, are answered with the whole (RFC 9110, 14.2). */
export const parseRange = (
  header: string | undefined,
  size: number,
): { start: number; end: number } | 'whole' | 'unsatisfiable' => {
  const [, first, last] = ONE_RANGE.exec(header ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return 'whole';
  if (first === '') {
    const suffix = Math.min(Number(last), size);
    return suffix > 0 ? { start: size - suffix, end: size - 1 } : 'unsatisfiable';
  }
  const start = Number(first);
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== '' && Number(last) < start) return 'whole';
  return start < size ? { start, end } : 'unsatisfiable';
};
