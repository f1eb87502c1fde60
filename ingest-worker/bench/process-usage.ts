import { readFile, readdir } from 'node:fs/promises';

/** What a process and all its children have cost, as `/proc` has it. */
export type ProcessUsage = {
  /** User and system time, of children that are gone, too. */
  cpuMs: number;
  /** Proportional set size: what is shared counts for each by its share. */
  pssBytes: number;
  processes: number;
};

/** A tick is a hundredth of a second on every Linux. */
const TICK_MS = 10;
/** Counted after the name: parent, then user and system time of the process, and of children that it has buried. */
const PARENT_FIELD = 1;
const TIME_FIELDS = [11, 12, 13, 14] as const;

const statOf = async (pid: number): Promise<string[] | undefined> => {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => undefined);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
};

/** The processes of a tree, its root first. */
export const treeOf = async (root: number): Promise<number[]> => {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const parents = await Promise.all(
    pids.map(async (pid) => [pid, Number((await statOf(pid))?.[PARENT_FIELD])] as const),
  );
  const tree = [root];
  for (const one of tree) tree.push(...parents.filter(([, parent]) => parent === one).map(([pid]) => pid));
  return tree;
};

const cpuMsOf = async (pid: number): Promise<number> => {
  const fields = await statOf(pid);
  return TIME_FIELDS.reduce((sum, field) => sum + Number(fields?.[field] ?? 0) * TICK_MS, 0);
};

const pssBytesOf = async (pid: number): Promise<number> => {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'latin1').catch(() => '');
  return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0) * 1_024;
};

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** @param roots the processes under test; their children count */
export const readUsage = async (roots: readonly number[]): Promise<ProcessUsage> => {
  const pids = (await Promise.all(roots.map(treeOf))).flat();
  const [cpu, pss] = await Promise.all([Promise.all(pids.map(cpuMsOf)), Promise.all(pids.map(pssBytesOf))]);
  // A process that cannot be read would cost nothing, and look good.
  const [rootCpu] = cpu;
  if (rootCpu === undefined || sum(pss) === 0)
    throw new Error(`nothing is told of process ${roots.join(', ')} in /proc`);
  return { cpuMs: sum(cpu), pssBytes: sum(pss), processes: pids.length };
};
