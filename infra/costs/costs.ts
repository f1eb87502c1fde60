import type { Settings } from '../settings.ts';
import { PRICES, RUNGS, USE } from './prices.ts';

const MILLION = 1_000_000;
const MB_PER_GB = 1_000;

/** Lambda's price of so many calls. */
const invocations = (count: number): number =>
  (count * PRICES.millionInvocations.usd) / MILLION +
  count * USE.lambdaSeconds * USE.lambdaGb * PRICES.lambdaGbSecond.usd;

/** What is paid an hour for looking: metrics, alarms and logs of so many tasks and shows. */
const watching = (tasks: number, shows: number): number =>
  ((USE.metrics + USE.taskMetrics * tasks) * PRICES.metricMonth.usd + USE.alarmMetrics * PRICES.alarmMonth.usd) /
    USE.hoursMonth +
  ((tasks * USE.taskLogMb + shows * USE.showLogMb) / MB_PER_GB) * PRICES.logGb.usd;

/** What of an environment's settings changes what it costs. */
export type Priced = Pick<Settings, 'minWorkers' | 'spot' | 'waf'>;
const LEAST: Priced = { minWorkers: 1, spot: false, waf: false };

const task = (spot: boolean): number =>
  (USE.vcpu * PRICES.vcpuHour.usd + USE.memoryGb * PRICES.memoryGbHour.usd) * (spot ? PRICES.spotShare.usd : 1) +
  PRICES.addressHour.usd;

/** What `shows` at once cost an hour, and how many tasks they are. Mux's own bill and the viewers' come on top. */
export const costOf = (shows: number, coresEach: number, { minWorkers, spot, waf }: Priced = LEAST) => {
  const byCpu = Math.floor((USE.vcpu * USE.utilization) / coresEach);
  const tasks = Math.max(minWorkers, Math.ceil(shows / Math.min(byCpu, USE.showsByMemory)));
  const gb = (USE.showMbps * 3_600) / 8 / 1_000;
  const { balancerHour, balancerGb, egressGb, uploadGb, millionWrites, millionReads } = PRICES;
  const { millionCalls, millionMessages, millionSocketMinutes, secretMonth } = PRICES;
  const compute = tasks * task(spot);
  const network = balancerHour.usd + shows * gb * (balancerGb.usd + egressGb.usd + uploadGb.usd);
  const table =
    (shows * (USE.writesHour * millionWrites.usd + (USE.callsHour + USE.bellsHour) * 2 * millionReads.usd)) / MILLION;
  const api =
    (shows *
      (USE.callsHour * millionCalls.usd + USE.messagesHour * millionMessages.usd + 60 * millionSocketMinutes.usd)) /
      MILLION +
    invocations(shows * (USE.callsHour + USE.bellsHour / USE.bellsATask) + USE.sweepsHour) +
    (USE.secrets * secretMonth.usd) / USE.hoursMonth;
  const firewall = waf ? PRICES.firewallMonth.usd / USE.hoursMonth : 0;
  const watch = watching(tasks, shows) + firewall;
  return { tasks, compute, network, table, api, watch, total: compute + network + table + api + watch };
};

/** An hour in which nobody is on the air: one task, the balancer, what looks at them, and the sweep. */
export const idleHour = (settings?: Priced): number => costOf(0, RUNGS['copied (1, 2)'], settings).total;

const SHOWS = [10, 100, 1_000];
const fromMemory = Object.entries(PRICES)
  .filter(([, price]) => !('read' in price))
  .map(([name]) => name);

/** The table of RUNBOOK.md, or an environment's own. */
export const costTable = (settings?: Priced): string => {
  const money = (dollars: number): string => `$${dollars.toFixed(2)}`;
  const rows = Object.entries(RUNGS).flatMap(([rung, cores]) =>
    SHOWS.map((shows) => {
      const { tasks, compute, network, table, api, watch, total } = costOf(shows, cores, settings);
      const cells = [
        rung,
        shows,
        tasks,
        money(compute),
        money(network),
        money(table),
        money(api),
        money(watch),
        money(total),
        money(total / shows),
      ];
      return `| ${cells.join(' | ')} |`;
    }),
  );
  return [
    '| rung | shows at once | tasks | compute / h | network / h | table / h | API, Lambda / h | metrics, alarms, logs, firewall / h | all / h | a show / h |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...rows,
    '',
    `Nobody on the air: ${money(idleHour(settings))} an hour, ${money(idleHour(settings) * USE.hoursMonth)} a month.`,
    '',
    `From memory, and to be looked up: ${fromMemory.join(', ')}.`,
  ].join('\n');
};
