import assert from 'node:assert/strict';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import * as z from 'zod';
import { WALL_LEVELS, type WallLevel } from '../../../ingest-worker/media/wall.ts';
import { docker, LABELLED } from './engine.ts';
import { BASE } from './image.ts';
import { CONFINED } from './worker-container.ts';

const HOSTILE = fileURLToPath(new URL('../../../ingest-worker/media/hostile.testing.c', import.meta.url));
const IN_PLACE = fileURLToPath(new URL('hostile-in-place.ts', import.meta.url));
const WITH_HOSTILE = 'vybzz-ingest-worker:hostile';
/** What an image whose files cannot be written, and who is nobody there, keeps from FFmpeg without any wall. */
const KEPT_BY_DOCKER = ['write', 'mkdir', 'setuid', 'mount'];
const TRIED = /^\d+: tried (\d+), got (.*)$/;

/** The worker's image and, besides, the program. What compiles it is the image's own first step, which the engine has kept. */
const recipe = (image: string): string => `FROM ${BASE} AS hostile
RUN apt-get update \\
 && apt-get install -y --no-install-recommends gcc libc6-dev \\
 && rm -rf /var/lib/apt/lists/*
COPY hostile.c .
RUN cc -O2 -o /hostile hostile.c
FROM ${image}
COPY --from=hostile /hostile /app/hostile
COPY in-place.mjs secret /app/
`;

const buildWithHostile = async (image: string): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), 'vybzz-hostile-'));
  try {
    await copyFile(HOSTILE, join(folder, 'hostile.c'));
    await writeFile(join(folder, 'secret'), 'a secret');
    await writeFile(join(folder, 'Dockerfile'), recipe(image));
    await build({
      entryPoints: [IN_PLACE],
      outfile: join(folder, 'in-place.mjs'),
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node24',
      logLevel: 'error',
    });
    const network = process.env['BUILD_NETWORK'] ?? 'default';
    await docker('build', '--network', network, '-t', WITH_HOSTILE, folder);
  } finally {
    await rm(folder, { recursive: true });
  }
};

const gotBehind = (said: string | undefined): { tried: number; got: string[] } => {
  const [, tried, got = ''] = TRIED.exec(said ?? '') ?? [];
  assert.ok(tried, `the hostile program did not come to its end: ${said}`);
  return { tried: Number(tried), got: got === 'nothing' ? [] : got.split(' ') };
};

/** What a hostile program in FFmpeg's place gets inside the confined image, at each level of wall; it must get nothing at the image's own. */
export const playWalled = async (image: string): Promise<string> => {
  await buildWithHostile(image);
  const said = await docker(
    'run',
    '--rm',
    ...LABELLED,
    ...CONFINED,
    WITH_HOSTILE,
    'node',
    'in-place.mjs',
    '/app/hostile',
    '/app/secret',
    '/tmp',
  );
  const found = z.partialRecord(z.enum(WALL_LEVELS), z.string()).parse(JSON.parse(said));
  const behind = (level: WallLevel) => gotBehind(found[level]);
  assert.deepEqual(behind('sealed').got, []);
  for (const level of ['limits', 'none'] as const)
    for (const thing of KEPT_BY_DOCKER) assert.ok(!behind(level).got.includes(thing), `${level} gets ${thing}`);
  return [...WALL_LEVELS]
    .reverse()
    .map((level) => {
      const { tried, got } = behind(level);
      return `${level}: ${got.length} of ${tried}${got.length > 0 ? ` (${got.join(' ')})` : ''}`;
    })
    .join('; ');
};
