import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const PATIENCE_MS = 20_000;

/** What a deployment asks the machine that it is begun on. */
export type Machine = {
  /** Platforms that its Docker can build for, e.g. `linux/arm64`; undefined where no engine answers. */
  platforms(): Promise<string[] | undefined>;
};

const ask = async (...args: string[]): Promise<string | undefined> =>
  run('docker', args, { timeout: PATIENCE_MS }).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  );

/** By the architecture that Docker tells: ours, under the names that the kernel has for them. */
const PLATFORMS: Record<string, string> = { x86_64: 'linux/amd64', aarch64: 'linux/arm64', arm64: 'linux/arm64' };

export const thisMachine: Machine = {
  platforms: async () => {
    const engine = await ask('info', '--format', '{{.Architecture}}');
    if (!engine) return undefined;
    // Others by emulation, where buildx has been given it.
    const builder = (await ask('buildx', 'inspect')) ?? '';
    const emulated = /^Platforms:\s*(.*)$/m.exec(builder)?.[1]?.split(',') ?? [];
    return [...new Set([PLATFORMS[engine] ?? engine, ...emulated.map((name) => name.trim().replace('*', ''))])];
  },
};
