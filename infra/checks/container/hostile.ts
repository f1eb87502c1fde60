import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { limiting, sealing, type WallLevel, withoutWall } from '../../../ingest-worker/media/wall.ts';
import { docker, LABELLED } from './engine.ts';
import type { WorkerContainer } from './worker-container.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const SOURCES = fileURLToPath(new URL('../../../ingest-worker/media/', import.meta.url));
/** What compiles the wall in the image's own base compiles this, too. */
const COMPILER = 'vybzz-ingest-worker:wall';
/** Where the program lies in the container. */
const PLACE = '/hostile';
const PROGRAM = `${PLACE}/hostile`;
const LOADERS: Partial<Record<NodeJS.Architecture, string>> = {
  x64: '/lib64/ld-linux-x86-64.so.2',
  arm64: '/lib/ld-linux-aarch64.so.1',
};

/** The hostile program in a folder that a container can have at `PLACE`. */
export const compileHostile = async (): Promise<{ volume: string; remove: () => Promise<void> }> => {
  const folder = await mkdtemp(join(tmpdir(), 'vybzz-hostile-'));
  // The worker is nobody in its container.
  await chmod(folder, 0o755);
  const network = process.env['BUILD_NETWORK'] ?? 'default';
  await docker('build', '--network', network, '-f', 'ingest-worker/Dockerfile', '--target', 'wall', '-t', COMPILER, ROOT);
  const mounts = [`--volume=${SOURCES}:/sources:ro`, `--volume=${folder}:/made`];
  const compile = ['cc', '-O2', '-o', '/made/hostile', '/sources/hostile.testing.c'];
  await docker('run', '--rm', ...LABELLED, '--network=none', ...mounts, COMPILER, ...compile);
  return { volume: `--volume=${folder}:${PLACE}:ro`, remove: () => rm(folder, { recursive: true, force: true }) };
};

/** What it gets within a worker's container, in FFmpeg's place and with its empty environment, at each level of the wall. */
export const tryHostile = async ({ id, port }: WorkerContainer): Promise<string> => {
  const loader = LOADERS[process.arch];
  assert.ok(loader, `no loader is known for ${process.arch}`);
  const walls = {
    none: withoutWall(PROGRAM).command,
    limits: limiting(PROGRAM),
    sealed: sealing({ program: PROGRAM, loader, library: '/app/encoder-wall.so' }),
  } satisfies Record<WallLevel, unknown>;
  const got: string[] = [];
  for (const [level, wall] of Object.entries(walls)) {
    // The worker is the container's first process, and what it would be worth to read.
    const { file, args } = wall([String(port), '1', '/run/ca.pem', '/tmp']);
    const said = await docker('exec', id, 'sh', '-c', 'exec env -i "$@" 2>&1', '-', file, ...args);
    got.push(`${level}: ${said.trim()}`);
  }
  assert.equal(got.at(-1), 'sealed: tried 32, got nothing');
  assert.match(got[0] ?? '', / tcp .* environ /, 'without a wall it gets something, or it tries nothing');
  return got.join('; ');
};
