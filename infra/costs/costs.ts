import { PRICES, RUNGS, USE } from './prices.ts';

/** What `shows` at once cost an hour, and how many tasks they are. Mux's own bill and the viewers' come on top. */
export const costOf = (shows: number, coresEach: number) => {
  const byCpu = Math.floor((USE.vcpu * USE.utilization) / coresEach);
  const tasks = Math.ceil(shows / Math.min(byCpu, USE.showsByMemory));
  const gb = (USE.showMbps * 3_600) / 8 / 1_000;
  const { vcpuHour, memoryGbHour, addressHour, balancerHour, balancerGb, egressGb, uploadGb, millionWrites } = PRICES;
  const compute = tasks * (USE.vcpu * vcpuHour.usd + USE.memoryGb * memoryGbHour.usd + addressHour.usd);
  const network = balancerHour.usd + shows * gb * (balancerGb.usd + egressGb.usd + uploadGb.usd);
  const table = (shows * USE.writesHour * millionWrites.usd) / 1_000_000;
  return { tasks, compute, network, table, total: compute + network + table };
};

const SHOWS = [10, 100, 1_000];
const fromMemory = Object.entries(PRICES)
  .filter(([, price]) => !('read' in price))
  .map(([name]) => name);

/** The table of RUNBOOK.md. */
export const costTable = (): string => {
  const money = (dollars: number): string => `$${dollars.toFixed(2)}`;
  const rows = Object.entries(RUNGS).flatMap(([rung, cores]) =>
    SHOWS.map((shows) => {
      const { tasks, compute, network, table, total } = costOf(shows, cores);
      const cells = [
        rung,
        shows,
        tasks,
        money(compute),
        money(network),
        money(table),
        money(total),
        money(total / shows),
      ];
      return `| ${cells.join(' | ')} |`;
    }),
  );
  return [
    '| rung | shows at once | tasks | compute / h | network / h | table / h | all / h | a show / h |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...rows,
    '',
    `From memory, and to be looked up: ${fromMemory.join(', ')}.`,
  ].join('\n');
};
