// @ts-check
/** The note that a running platform leaves in its data folder, so that `status`, `token` and `doctor` find it. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** @typedef {{ pid: number, origin: string, startedAt: string, localSecret: string }} Running */

const note = (/** @type {string} */ dataDir) => join(dataDir, 'running.json');

const alive = (/** @type {number} */ pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return cause instanceof Error && 'code' in cause && cause.code === 'EPERM';
  }
};

/** The platform that runs on this data folder; undefined when none does. @param {string} dataDir @returns {Promise<Running | undefined>} */
export const runningPlatform = async (dataDir) => {
  try {
    const running = JSON.parse(await readFile(note(dataDir), 'utf8'));
    return typeof running.pid === 'number' && alive(running.pid) ? running : undefined;
  } catch {
    return undefined;
  }
};

/** @param {string} dataDir @param {Running} running */
export const noteRunning = (dataDir, running) =>
  writeFile(note(dataDir), JSON.stringify(running, undefined, 2), { mode: 0o600 });

/** @param {string} dataDir */
export const forgetRunning = (dataDir) => rm(note(dataDir), { force: true });
