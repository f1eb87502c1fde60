import { AUDIENCE } from '../../functions/shows/mode.ts';
import { modeAt, reckon, type Reckoned, SIZES } from './audience.ts';
import { plot } from './plot.ts';

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`;

const row = (one: Reckoned): string => {
  const is = modeAt(one.viewers) === one.mode ? `**${one.mode}**` : one.mode;
  const cells = [
    one.viewers.toLocaleString('en'),
    is,
    one.first,
    `${seconds(one.typicalMs)} – ${seconds(one.worstMs)}`,
    one.postsASecond.toLocaleString('en'),
    one.asksASecond.toLocaleString('en'),
    one.originASecond.toLocaleString('en'),
    `$${one.dollarsAnHour.toFixed(2)}`,
  ];
  return `| ${cells.join(' | ')} |`;
};

/** Every size of audience in both modes. */
export const reckonAll = () => ({
  push: SIZES.map((viewers) => reckon(viewers, 'push')),
  poll: SIZES.map((viewers) => reckon(viewers, 'poll')),
});
type All = ReturnType<typeof reckonAll>;

/** What was reckoned, as a table of Markdown; the mode that an audience of that size is in stands in bold. */
export const audienceTable = ({ push, poll }: All): string =>
  [
    '| viewers | mode | what is used up first | delay | posts / s | asks / s | rooms are asked / s | an hour |',
    '| ---: | --- | --- | --- | ---: | ---: | ---: | ---: |',
    ...SIZES.flatMap((_, at) => [push[at], poll[at]].flatMap((one) => (one ? [row(one)] : []))),
  ].join('\n');

/** The same as a picture: SVG. */
export const audiencePlot = ({ push, poll }: All): string =>
  plot(
    [
      { name: 'told', color: '#b3261e', of: push },
      { name: 'asks', color: '#1a5fb4', of: poll },
    ],
    AUDIENCE.cap,
  );
