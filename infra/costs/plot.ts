import type { Reckoned } from './audience.ts';

const [WIDTH, HEIGHT, LEFT, TOP, INNER_WIDTH, INNER_HEIGHT] = [720, 420, 70, 40, 620, 310];

type Line = { name: string; color: string; of: readonly Reckoned[] };

const scale = (from: number, to: number, length: number) => (value: number) =>
  (Math.log10(Math.max(value, from) / from) / Math.log10(to / from)) * length;

/** Delay (whole lines, in seconds) and dollars an hour (dashed) by viewers, both logarithmic; as an SVG of its own. */
export const plot = (lines: readonly Line[], cap: number): string => {
  const x = scale(100, 1_000_000, INNER_WIDTH);
  const y = scale(0.01, 10_000, INNER_HEIGHT);
  const at = (viewers: number, value: number): string =>
    `${(LEFT + x(viewers)).toFixed(1)},${(TOP + INNER_HEIGHT - y(Math.min(10_000, value))).toFixed(1)}`;
  const path = (of: readonly Reckoned[], value: (one: Reckoned) => number): string =>
    of.map((one) => at(one.viewers, value(one))).join(' ');
  const marks = [100, 1_000, 10_000, 100_000, 1_000_000].map((viewers) => {
    const [left] = at(viewers, 0.01).split(',');
    return `<path d="M${left} ${TOP}v${INNER_HEIGHT}" class="grid"/><text x="${left}" y="${TOP + INNER_HEIGHT + 18}" text-anchor="middle">${viewers.toLocaleString('en')}</text>`;
  });
  const levels = [0.01, 0.1, 1, 10, 100, 1_000, 10_000].map((value) => {
    const [, top] = at(100, value).split(',');
    return `<path d="M${LEFT} ${top}h${INNER_WIDTH}" class="grid"/><text x="${LEFT - 8}" y="${Number(top) + 4}" text-anchor="end">${value.toLocaleString('en')}</text>`;
  });
  const [capLeft] = at(cap, 0.01).split(',');
  const drawn = lines.map(
    ({ name, color, of }, i) =>
      `<polyline points="${path(of, ({ worstMs }) => worstMs / 1_000)}" stroke="${color}"/>` +
      `<polyline points="${path(of, ({ dollarsAnHour }) => dollarsAnHour)}" stroke="${color}" stroke-dasharray="5 4"/>` +
      `<text x="${LEFT + 10}" y="${TOP + 18 + i * 18}" fill="${color}">${name}</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    '<style>.grid{stroke:#ddd;fill:none}polyline{fill:none;stroke-width:2}</style>',
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<text x="${LEFT}" y="22" font-weight="bold">An audience told and an audience that asks: delay at most (s), dollars an hour (dashed)</text>`,
    ...marks,
    ...levels,
    `<path d="M${capLeft} ${TOP}v${INNER_HEIGHT}" stroke="#888" stroke-dasharray="2 3"/><text x="${Number(capLeft) + 4}" y="${TOP + INNER_HEIGHT - 8}" fill="#555">cap</text>`,
    ...drawn,
    `<text x="${LEFT + INNER_WIDTH / 2}" y="${HEIGHT - 14}" text-anchor="middle">viewers of one show</text>`,
    '</svg>',
    '',
  ].join('\n');
};
