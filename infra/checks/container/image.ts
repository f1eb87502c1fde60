import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { buildTrouble, docker, imageBytes, LABELLED } from './engine.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
export const BASE = 'node:24-bookworm-slim';
const MEGABYTE = 1_000_000;
const SIZE_LIMIT = 750 * MEGABYTE;

/** Builds the worker's image for this machine. */
export const buildImage = async (image: string, say: (line: string) => void): Promise<void> => {
  const network = process.env['BUILD_NETWORK'] ?? 'default';
  say(`• building ${image} (network ${network}) …`);
  try {
    await docker('build', '--network', network, '-f', 'ingest-worker/Dockerfile', '-t', image, ROOT);
  } catch (cause) {
    const output =
      cause instanceof Error && 'stderr' in cause && 'stdout' in cause
        ? `${String(cause.stdout)}${String(cause.stderr)}`
        : '';
    throw new Error(`the image cannot be built:\n${buildTrouble(output || String(cause), network)}`, { cause });
  }
};

/** What the image is: its size, who it runs as, how it is stopped and watched, and what it was made of. */
export const checkImage = async (image: string): Promise<string> => {
  const [size, base] = await Promise.all([imageBytes(image), imageBytes(BASE)]);
  assert.ok(size <= SIZE_LIMIT, `the image has ${Math.round(size / MEGABYTE)} MB`);
  const [user, stop, health, sbomPath] = await Promise.all(
    [
      '{{.Config.User}}',
      '{{.Config.StopSignal}}',
      '{{.Config.Healthcheck.Test}}',
      '{{index .Config.Labels "org.vybzz.sbom"}}',
    ].map((format) => docker('image', 'inspect', '--format', format, image)),
  );
  assert.equal(user, 'node');
  assert.equal(stop, 'SIGTERM');
  assert.match(health ?? '', /healthz/);
  const run = (...command: string[]) => docker('run', '--rm', ...LABELLED, '--network=none', image, ...command);
  const read = (path: string) => run('cat', path);
  const sbom: unknown = JSON.parse(await read(sbomPath ?? ''));
  assert.ok(sbom && typeof sbom === 'object' && 'bomFormat' in sbom && 'components' in sbom);
  assert.equal(sbom.bomFormat, 'CycloneDX');
  assert.ok(Array.isArray(sbom.components) && sbom.components.length > 0);
  const packages = (await run('ls', '/var/lib/dpkg/status.d')).split('\n');
  for (const name of ['ffmpeg', 'libavcodec59', 'libx264-164']) assert.ok(packages.includes(name), `no ${name}`);
  const versions = (await read('/app/ffmpeg-version.txt')).replaceAll('\n', ', ');
  const mb = (bytes: number): string => `${Math.round(bytes / MEGABYTE)} MB`;
  return `${mb(size)}, ${mb(size - base)} over its base of ${mb(base)}; ${versions}; SBOM of ${sbom.components.length} packages of npm and ${packages.length} of Debian`;
};
