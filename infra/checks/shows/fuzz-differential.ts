/**
 * Our readers against FFmpeg: files that are mutated, and wherever both accept one, they have to agree on the codecs, the size
 * of the picture and the number of tracks.
 *
 *   npm run -s fuzz:differential -- [--files 20000] [--from 0] [--json]
 */
import { readArguments } from '../../commands/read-arguments.mjs';
import { compare, inputOf } from './differential.ts';

const USAGE = 'npm run -s fuzz:differential -- [--files 20000] [--from 0] [--json]';
const { values } = readArguments(USAGE, {
  options: {
    files: { type: 'string', default: '20000' },
    from: { type: 'string', default: '0' },
    json: { type: 'boolean', default: false },
  },
});
const [files = 0, from = 0] = [values.files, values.from].map(Number);
if (![files, from].every(Number.isInteger)) {
  console.error(USAGE);
  process.exit(2);
}

const TOGETHER = 3;
const TOLD = 20;
const counts = { files: 0, both: 0, weRefuse: 0, weWait: 0, theyRefuse: 0 };
const found: { container: 'matroska' | 'mp4'; run: number; differs: string }[] = [];

let next = from;
const work = async (): Promise<void> => {
  for (let run = next++; run < from + files; run = next++) {
    const container = run % 2 === 0 ? 'matroska' : 'mp4';
    const { ours, theirs, differs } = await compare(container, inputOf(container, run));
    counts.files += 1;
    if (ours === 'refuses') counts.weRefuse += 1;
    else if (ours === 'waits') counts.weWait += 1;
    else if (theirs === 'refuses') counts.theyRefuse += 1;
    else counts.both += 1;
    if (differs !== undefined) found.push({ container, run, differs });
    if (counts.files % 2_000 === 0) console.error(`${counts.files} of ${files}, ${found.length} differ`);
  }
};
await Promise.all(Array.from({ length: TOGETHER }, work));

if (values.json) console.log(JSON.stringify({ ...counts, found }));
else {
  const { both, weRefuse, weWait, theyRefuse } = counts;
  console.log(
    `${counts.files} files: both accept ${both}, we refuse ${weRefuse}, we wait for more in ${weWait}, FFmpeg alone refuses ${theyRefuse}; ` +
      `${found.length} differ: ${found.length === 0 ? 'held' : 'NOT HELD'}`,
  );
  for (const { container, run, differs } of found.slice(0, TOLD))
    console.log(`  ✗ ${container} ${run}: FFmpeg finds ${differs}`);
}
process.exit(found.length === 0 ? 0 : 1);
