// @ts-check
/** `npm run doctor`: can this machine run Vybzz? Changes nothing. Exit 1 when `npm start` could not. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { checkBrowser, checkDisk, checkFfmpeg, checkNode, checkPorts, dataDirectory, ROOT } from '../local/machine.mjs';
import { readArguments } from './read-arguments.mjs';
import { runningPlatform } from '../local/running.mjs';

readArguments(
  'npm run doctor: says whether this machine can run Vybzz, and what to type where it cannot. Exit 1 when npm start could not.',
  { options: {} },
);

/** @type {(finding: import('../local/machine.mjs').Finding) => void} */
const say = (finding) => console.log(finding.ok ? `✓ ${finding.said}` : `✗ ${finding.said}\n    ${finding.fix}`);

const installed = await stat(join(ROOT, 'node_modules', '.vybzz-lock')).then(
  () => true,
  () => false,
);
const running = await runningPlatform(dataDirectory());
const needed = [checkNode(), await checkFfmpeg(), await checkDisk(dataDirectory())];
if (running)
  console.log(`• Vybzz runs from this clone (pid ${running.pid}) at ${running.origin}: its ports are its own.`);
else needed.push(...(await checkPorts()));

for (const finding of needed) say(finding);
console.log(installed ? '✓ dependencies are installed' : '• dependencies are not installed yet: npm start does it');
say(await checkBrowser());

const wrong = needed.filter((finding) => !finding.ok).length;
console.log(
  wrong
    ? `\n${wrong} thing${wrong > 1 ? 's' : ''} to mend before npm start.`
    : '\nThis machine can run Vybzz: npm start',
);
process.exit(wrong ? 1 : 0);
