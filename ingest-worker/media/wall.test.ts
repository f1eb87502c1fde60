import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LIMITS } from '../limits.ts';
import { createStartEncoder, type EncoderEvent } from './encoder.ts';
import { ffmpegArgs } from './ffmpeg-args.ts';
import { chooseWall, isAsStrong, type Wall, withoutWall } from './wall.ts';

/** seccomp, resource limits by prlimit and a loader that preloads by its argument are Linux's. */
const isLinux = process.platform === 'linux';
const source = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

let folder = '';
let library = '';
let hostile = '';
let victim: ChildProcess | undefined;
const listener = createServer((socket) => socket.destroy());

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vybzz-wall-'));
  if (!isLinux) return;
  library = join(folder, 'encoder-wall.so');
  hostile = join(folder, 'hostile');
  execFileSync('cc', [
    '-O2',
    '-Wall',
    '-Wextra',
    '-Werror',
    '-shared',
    '-fPIC',
    '-o',
    library,
    source('encoder-wall.c'),
  ]);
  execFileSync('cc', ['-O2', '-o', hostile, source('hostile.testing.c')]);
  await writeFile(join(folder, 'secret'), 'a secret');
  victim = spawn('sleep', ['600'], { env: { SECRET: 'a secret' }, stdio: 'ignore' });
  await new Promise<void>((resolve) => void listener.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  victim?.kill('SIGKILL');
  listener.close();
  await rm(folder, { recursive: true });
});

const portOf = (address: AddressInfo | string | null): number =>
  typeof address === 'object' && address !== null ? address.port : 0;

/** What a hostile program in FFmpeg's place got, started as a worker starts FFmpeg. */
const attacked = async (wall: Wall): Promise<string> => {
  const place = await mkdtemp(join(folder, 'place-'));
  const args = [portOf(listener.address()), victim?.pid ?? 0, join(folder, 'secret'), place].map(String);
  const exit = await new Promise<EncoderEvent>((resolve) => {
    createStartEncoder({ ffmpegPath: hostile, wall })({ args, nice: 0, onEvent: resolve });
  });
  return exit.type === 'exited' ? exit.detail : exit.type;
};

describe.runIf(isLinux)('[E13] a hostile program in FFmpeg’s place', () => {
  it('gets nothing where it is sealed', async () => {
    const wall = await chooseWall({ ffmpegPath: 'ffmpeg', library });
    expect(wall.level).toBe('sealed');
    const { file, args } = wall.command([]);
    const sealed: Wall = { ...wall, command: (more) => ({ file, args: [...args.slice(0, -1), hostile, ...more] }) };
    expect(await attacked(sealed)).toBe('0: tried 32, got nothing');
  });

  it('gets much without a wall', async () => {
    const got = (await attacked(withoutWall(hostile))).split(' ');
    expect(got).toEqual(expect.arrayContaining(['tcp', 'environ', 'passwd', 'secret', 'write', 'fork', 'kill']));
  });

  it('is killed where the library of its wall has gone', async () => {
    const { file, args } = (await chooseWall({ ffmpegPath: 'ffmpeg', library })).command([]);
    const gone: Wall = {
      level: 'sealed',
      command: () => ({ file, args: args.map((arg) => (arg === library ? '/nowhere.so' : arg)) }),
    };
    expect(await attacked(gone)).toMatch(/^ERROR: ld\.so:/);
  });
});

describe.runIf(isLinux)('[E13] the level of Linux', () => {
  it('is `limits` without the library, or with one that is none, and `none` where there is no FFmpeg', async () => {
    expect((await chooseWall({ ffmpegPath: 'ffmpeg', library: undefined })).level).toBe('limits');
    expect((await chooseWall({ ffmpegPath: 'ffmpeg', library: source('wall.ts') })).level).toBe('limits');
    expect((await chooseWall({ ffmpegPath: '/nowhere/ffmpeg', library })).level).toBe('none');
  });

  it.each(['sealed', 'limits'] as const)('%s bounds memory, time, files and descriptors', async (level) => {
    const wall = await chooseWall({ ffmpegPath: 'ffmpeg', library: level === 'sealed' ? library : undefined });
    const { file, args } = wall.command(['-f', 'flv', '-i', 'pipe:0']);
    const child = spawn(file, args, { env: {}, stdio: ['pipe', 'ignore', 'pipe'] });
    await new Promise((resolve) => void child.stderr.once('data', resolve));
    const said = await readFile(`/proc/${child.pid}/limits`, 'utf8');
    child.kill('SIGKILL');
    const limit = (name: string): string | undefined => new RegExp(`^${name} +(\\S+) `, 'm').exec(said)?.[1];
    expect(limit('Max data size')).toBe(String(LIMITS.encoderMemoryBytes));
    expect(limit('Max cpu time')).toBe(String(LIMITS.showMs / 1_000 + 3_600));
    expect(limit('Max file size')).toBe('0');
    expect(limit('Max core file size')).toBe('0');
    expect(limit('Max open files')).toBe(level === 'sealed' ? '4' : '64');
  });
});

describe('[E13] the level', () => {
  it('is compared with the least that is asked for', () => {
    expect(isAsStrong('sealed', 'limits')).toBe(true);
    expect(isAsStrong('limits', 'limits')).toBe(true);
    expect(isAsStrong('limits', 'sealed')).toBe(false);
  });

  if (!isLinux)
    it('is `none` where there is no Linux, and FFmpeg works there all the same', async () => {
      const wall = await chooseWall({ ffmpegPath: 'ffmpeg', library: undefined });
      expect(wall.level).toBe('none');
      const { file, args } = wall.command(['-version']);
      expect(spawnSync(file, args).status).toBe(0);
    });
});

describe.runIf(isLinux)('[E13] FFmpeg itself', () => {
  it.each([
    ['h264-aac.mkv', 'matroska', 'h264', 'aac', 'copy'],
    ['h264-opus.mp4', 'mp4', 'h264', 'opus', 'copy-video'],
    ['vp8-opus.webm', 'matroska', 'vp8', 'opus', 'transcode'],
  ] as const)('makes of %s the same bytes behind it', async (name, container, codec, audio, pipeline) => {
    const input = await readFile(source(`../fixtures/${name}`));
    const video = { codec, width: 320, height: 180 };
    const facts = { container, video, audio: { codec: audio, sampleRate: 48_000, channels: 2 } };
    const args = ffmpegArgs({ facts, pipeline, sound: true });
    const walls = [withoutWall('ffmpeg'), await chooseWall({ ffmpegPath: 'ffmpeg', library })];
    const [open, sealed] = walls.map((wall) => {
      const { file, args: all } = wall.command(args);
      return spawnSync(file, all, { input, maxBuffer: 2 ** 26, stdio: ['pipe', 'pipe', 'pipe', 'pipe'] });
    });
    expect(sealed?.status).toBe(open?.status);
    expect(sealed?.stdout.byteLength).toBeGreaterThan(10_000);
    expect(sealed?.stdout.equals(open?.stdout ?? Buffer.alloc(0))).toBe(true);
  });
});
