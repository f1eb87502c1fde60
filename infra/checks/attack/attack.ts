/**
 * What strangers do, against the running product: `attack · expected · got`, with an ordinary show beside each group.
 *
 *   npm run -s attack -- [--only tokens,wire] [--quick] [--sample 2] [--json]
 *
 * Everything is on this machine's loopback interface, on free ports and in a folder of its own. Exit 1 on a hole.
 */
import { readArguments } from '../../commands/read-arguments.mjs';
import type { AttackResult } from './attack-case.ts';
import { GROUPS, runAttacks } from './run-attacks.ts';

const USAGE = `npm run -s attack -- [--only ${GROUPS.join(',')}] [--quick] [--sample 2] [--json]`;
const { values } = readArguments(USAGE, {
  options: {
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
    sample: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const groups = values.only?.split(',') ?? GROUPS;
const unknown = groups.filter((group) => !GROUPS.includes(group));
if (unknown.length > 0) {
  console.error(`✗ There is no group ${unknown.join(', ')}: ${USAGE}`);
  process.exit(2);
}

const sample = values.sample === undefined ? Infinity : Number(values.sample);
if (!(sample >= 1)) {
  console.error(USAGE);
  process.exit(2);
}

const row = ({ group, attack, expected, got, held }: AttackResult): string =>
  `${held ? '✓' : '✗'} ${group} · ${attack} · ${expected} · ${got}`;

const results = await runAttacks({
  groups,
  quick: values.quick,
  sample,
  told: (result) => (values.json ? result.held || console.error(row(result)) : console.log(row(result))),
});
const holes = results.filter(({ held }) => !held);
if (values.json) console.log(JSON.stringify(results));
else
  console.log(
    `${results.length} attacks and bystanders, ${holes.length} holes: ${holes.length === 0 ? 'held' : 'NOT HELD'}`,
  );
process.exit(holes.length === 0 ? 0 : 1);
