// @ts-check
/** `npm run check`: types, lint, format and dead code, all of them even when one fails. */
import { join } from 'node:path';
import { ensureDependencies, ensureNode, execute } from './setup.mjs';
import { orExplain } from '../local/command-error.mjs';
import { ROOT } from '../local/machine.mjs';
import { readArguments } from './read-arguments.mjs';

readArguments(
  'npm run check: types, lint, format and dead code, all of them even when one fails. Exit 1 when one does.',
  { options: {} },
);

await orExplain(async () => {
  ensureNode();
  await ensureDependencies();
});

const CHECKS = /** @type {const} */ ([
  ['types', 'tsc', ['-b']],
  ['lint', 'oxlint', ['--type-aware', '--deny-warnings', '--report-unused-disable-directives']],
  ['format', 'oxfmt', ['--check']],
  ['dead code', 'knip', []],
]);

let wrong = 0;
for (const [what, tool, args] of CHECKS) {
  const code = await execute(join(ROOT, 'node_modules', '.bin', tool), [...args], { quiet: true });
  console.log(`${code === 0 ? '✓' : '✗'} ${what}`);
  if (code !== 0) wrong++;
}
process.exit(wrong ? 1 : 0);
