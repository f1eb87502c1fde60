import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '#stand-ins/until';
import * as z from 'zod';

/** What a process held after a whole garbage collection, in bytes. */
const Heap = z.object({
  count: z.number(),
  /** Objects of the heap that are no code, and buffers outside of it. */
  objectBytes: z.number(),
  /** Compiled code which grows until all that is used has been compiled. */
  codeBytes: z.number(),
});
export type Heap = z.infer<typeof Heap>;

/** Has a worker collect its garbage by SIGUSR2, and say what is left; its own code knows nothing of that. */
export const watchHeap = async () => {
  const directory = await mkdtemp(join(tmpdir(), 'vybzz-heap-'));
  const file = join(directory, 'heap.json');
  let asked = 0;
  return {
    /** Of the worker. */
    environment: { NODE_OPTIONS: `--import=${preload(file)}` },
    collect: async (pid: number): Promise<Heap> => {
      asked += 1;
      process.kill(pid, 'SIGUSR2');
      let found: Heap | undefined;
      await until('the worker has collected its garbage', async () => {
        const text = await readFile(file, 'utf8').catch(() => '{}');
        found = Heap.safeParse(JSON.parse(text)).data;
        return found?.count === asked;
      });
      if (found === undefined) throw new Error('the worker has not said what it holds');
      return found;
    },
    close: () => rm(directory, { recursive: true, force: true }),
  };
};

/** Collects twice, with a turn between: what is finalized in the first is freed by the second. */
const preload = (file: string): string =>
  `data:text/javascript,${encodeURIComponent(
    `import { getHeapCodeStatistics, setFlagsFromString } from 'node:v8';
    import { runInNewContext } from 'node:vm';
    import { renameSync, writeFileSync } from 'node:fs';
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc');
    let count = 0;
    process.on('SIGUSR2', () => {
      collect();
      setImmediate(() => {
        collect();
        const { heapUsed, external } = process.memoryUsage();
        const { code_and_metadata_size, bytecode_and_metadata_size } = getHeapCodeStatistics();
        const codeBytes = code_and_metadata_size + bytecode_and_metadata_size;
        count += 1;
        writeFileSync(${JSON.stringify(`${file}.half`)}, JSON.stringify({ count, codeBytes, objectBytes: heapUsed + external - codeBytes }));
        renameSync(${JSON.stringify(`${file}.half`)}, ${JSON.stringify(file)});
      });
    });`,
  )}`;
