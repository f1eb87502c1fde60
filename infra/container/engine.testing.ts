import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const OUTPUT_BYTES = 64 * 1024 * 1024;

/** Runs the engine's command and gives what it said. */
export const docker = async (...args: string[]): Promise<string> => {
  const { stdout } = await execute('docker', args, {
    maxBuffer: OUTPUT_BYTES,
    env: { ...process.env, DOCKER_CLI_HINTS: 'false' },
  });
  return stdout.trim();
};

/** Why there is no engine to work with; undefined when there is one. */
export const engineMissing = async (): Promise<string | undefined> => {
  try {
    await docker('version', '--format', '{{.Server.Version}}');
    return undefined;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return 'there is no docker command';
    return 'the docker command finds no engine that answers';
  }
};

export const imageBytes = async (image: string): Promise<number> =>
  Number(await docker('image', 'inspect', '--format', '{{.Size}}', image));
