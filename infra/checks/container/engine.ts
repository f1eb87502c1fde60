import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const OUTPUT_BYTES = 64 * 1024 * 1024;
/** What these tests start is known by it, so that nothing of them stays behind. */
const OURS = 'org.vybzz.test';
const BY = `${OURS}=${process.pid}`;

/** What every container of these tests is started with. */
export const LABELLED = [`--label=${BY}`];

const running = new AbortController();
/** From now on no command of the engine is begun, and those under way end, but for the tidying up. */
export const interrupt = (): void => running.abort();

const command = async (args: readonly string[], signal?: AbortSignal): Promise<string> => {
  const { stdout } = await execute('docker', args, {
    maxBuffer: OUTPUT_BYTES,
    env: { ...process.env, DOCKER_CLI_HINTS: 'false' },
    ...(signal && { signal }),
  });
  return stdout.trim();
};

/** Runs the engine's command and gives what it said. */
export const docker = (...args: string[]): Promise<string> => command(args, running.signal);

/** Why there is no engine to work with; undefined when there is one. */
export const engineMissing = async (): Promise<string | undefined> => {
  try {
    await docker('version', '--format', '{{.Server.Version}}');
    return undefined;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return 'there is no docker command';
    const { DOCKER_HOST: host } = process.env;
    return `the docker command finds no engine that answers${host ? ` at DOCKER_HOST=${host}` : ''}`;
  }
};

/** Removes every container that this process has started, and says how many there were. */
export const removeOurs = async (): Promise<number> => {
  const left = (await command(['ps', '--all', '--quiet', '--filter', `label=${BY}`])).split('\n').filter(Boolean);
  if (left.length > 0) await command(['rm', '--force', '--volumes', ...left]);
  return left.length;
};

export const imageBytes = async (image: string): Promise<number> =>
  Number(await docker('image', 'inspect', '--format', '{{.Size}}', image));

/** Words of a build that could not reach a registry, whether apt's, npm's or the engine's. */
const UNREACHABLE =
  /Temporary failure resolving|Could not resolve|Unable to locate package|EAI_AGAIN|ENOTFOUND|ECONNREFUSED|ETIMEDOUT|i\/o timeout|network is unreachable|no such host/i;
const LAST_LINES = 12;

/** A failed build in a few words: its last lines, and what to try where it was the network. */
export const buildTrouble = (output: string, network: string): string => {
  const last = output.trimEnd().split('\n').slice(-LAST_LINES).join('\n');
  if (!UNREACHABLE.test(output)) return last;
  const advice =
    network === 'host'
      ? 'The build reaches no registry, though it has the network of this machine: look at its proxy and its DNS.'
      : 'The build reaches no registry: BUILD_NETWORK=host gives it the network of this machine.';
  return `${last}\n${advice}`;
};
