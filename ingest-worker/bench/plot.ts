/** A picture of a table: bars of one figure, or lines over another. */
export type Plot = { file: string; title: string; unit: string } & (
  | { kind: 'bars'; bars: readonly { name: string; value: number; ours?: boolean }[]; logarithmic?: boolean }
  | { kind: 'lines'; over: string; lines: readonly { name: string; points: readonly (readonly [number, number])[] }[] }
);

const WIDTH = 760;
const LEFT = 250;
const RIGHT = 90;
const TOP = 46;
const ROW = 28;
const LINES_HEIGHT = 320;
const LINES_LEFT = 70;
const COLOURS = ['#0f766e', '#9333ea', '#c2410c', '#1d4ed8', '#be123c', '#4d7c0f'];

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const figure = (value: number): string => (value === 0 ? '0' : String(Number(value.toPrecision(3))));
const text = (x: number, y: number, words: string, rest = ''): string =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${rest}>${escape(words)}</text>`;

/** As SVG that reads on light and dark pages. */
export const drawPlot = (plot: Plot): string => {
  const { height, body } = plot.kind === 'bars' ? drawBars(plot) : drawLines(plot);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${escape(plot.title)}">`,
    `<style>text{font:13px system-ui,sans-serif;fill:#334155}.title{font-weight:600;font-size:15px}line{stroke:#94a3b8;stroke-width:1}@media(prefers-color-scheme:dark){text{fill:#cbd5e1}.back{fill:#0f172a}}</style>`,
    `<rect class="back" width="${WIDTH}" height="${height}" fill="#fff"/>`,
    text(16, 26, `${plot.title} (${plot.unit})`, 'class="title"'),
    ...body,
    '</svg>\n',
  ].join('\n');
};

type Drawn = { height: number; body: string[] };

const drawBars = ({ bars, logarithmic = false }: Extract<Plot, { kind: 'bars' }>): Drawn => {
  const room = WIDTH - LEFT - RIGHT;
  const most = Math.max(...bars.map(({ value }) => value));
  const least = Math.min(...bars.map(({ value }) => value).filter((value) => value > 0));
  const lengthOf = (value: number): number => {
    if (value <= 0 || most <= 0) return 0;
    if (!logarithmic) return (value / most) * room;
    // The least of all is still to be seen.
    const from = Math.log10(least) - 0.3;
    return ((Math.log10(value) - from) / (Math.log10(most) - from)) * room;
  };
  return {
    height: TOP + bars.length * ROW + 16,
    body: bars.flatMap(({ name, value, ours = false }, index) => {
      const y = TOP + index * ROW;
      const length = lengthOf(value);
      return [
        text(LEFT - 10, y + 18, name, 'text-anchor="end"'),
        `<rect x="${LEFT}" y="${y + 4}" width="${length.toFixed(1)}" height="${ROW - 8}" rx="2" fill="${ours ? '#0f766e' : '#94a3b8'}"/>`,
        text(LEFT + length + 8, y + 18, figure(value)),
      ];
    }),
  };
};

const drawLines = ({ lines, over }: Extract<Plot, { kind: 'lines' }>): Drawn => {
  const points = lines.flatMap((line) => line.points);
  const [mostX, mostY] = [Math.max(...points.map(([x]) => x)), Math.max(...points.map(([, y]) => y)) || 1];
  const bottom = TOP + LINES_HEIGHT;
  const x = (value: number): number => LINES_LEFT + (value / mostX) * (WIDTH - LINES_LEFT - RIGHT);
  const y = (value: number): number => bottom - (value / mostY) * LINES_HEIGHT;
  const ticks = [0, 0.25, 0.5, 0.75, 1];
  return {
    height: bottom + 50 + lines.length * 20,
    body: [
      ...ticks.flatMap((share) => [
        `<line x1="${LINES_LEFT}" x2="${WIDTH - RIGHT}" y1="${y(share * mostY)}" y2="${y(share * mostY)}" opacity="0.4"/>`,
        text(LINES_LEFT - 8, y(share * mostY) + 4, figure(share * mostY), 'text-anchor="end"'),
        text(x(share * mostX), bottom + 18, figure(share * mostX), 'text-anchor="middle"'),
      ]),
      text((LINES_LEFT + WIDTH - RIGHT) / 2, bottom + 36, over, 'text-anchor="middle"'),
      ...lines.flatMap((line, index) => {
        const colour = COLOURS[index % COLOURS.length];
        const path = line.points.map(([px, py]) => `${x(px).toFixed(1)},${y(py).toFixed(1)}`).join(' ');
        return [
          `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>`,
          ...line.points.map(
            ([px, py]) => `<circle cx="${x(px).toFixed(1)}" cy="${y(py).toFixed(1)}" r="3" fill="${colour}"/>`,
          ),
          `<rect x="${LINES_LEFT}" y="${bottom + 46 + index * 20}" width="14" height="4" fill="${colour}"/>`,
          text(LINES_LEFT + 22, bottom + 52 + index * 20, line.name),
        ];
      }),
    ],
  };
};
