import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, open, readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';

/**
 * How FFmpeg is shut in (SPEC E13), weakest first.
 *
 * `none`: an empty environment, as at every level. `limits`: resource limits and no new privileges, by
 * util-linux; it may still open files and sockets. `sealed`: those, and a seccomp filter that leaves it its four pipes, memory,
 * threads and clocks, and nothing else (encoder-wall.c).
 */
export const WALL_LEVELS = ['none', 'limits', 'sealed'] as const;
export type WallLevel = (typeof WALL_LEVELS)[number];

export const isAsStrong = (level: WallLevel, least: WallLevel): boolean =>
  WALL_LEVELS.indexOf(level) >= WALL_LEVELS.indexOf(least);

export type Wall = {
  level: WallLevel;
  /** What is started for an FFmpeg with these arguments. */
  command(args: readonly string[]): { file: string; args: string[] };
};

type Parts = {
  ffmpegPath: string;
  /** The compiled encoder-wall.c; without it `limits` is the most. */
  library: string | undefined;
};

/** What encoder-wall.c says: a library that cannot be loaded is left out by the loader, which only says so. */
const SEALED_DESCRIPTORS = 4;
const LIMITED_DESCRIPTORS = 64;
const LIMITED_BYTES = 768 * 1024 * 1024;
const LIMITED_CPU_SECONDS = 13 * 60 * 60;
const LIMITS = [
  '--no-new-privs',
  'prlimit',
  '--core=0',
  '--fsize=0',
  `--nofile=${LIMITED_DESCRIPTORS}`,
  `--data=${LIMITED_BYTES}`,
  `--cpu=${LIMITED_CPU_SECONDS}`,
];
/** Where a program without PATH looks. */
const FOLDERS = ['/bin', '/usr/bin'];
const PROBE_MS = 20_000;

export const withoutWall = (ffmpegPath: string): Wall => ({
  level: 'none',
  command: (args) => ({ file: ffmpegPath, args: [...args] }),
});

/** The strongest wall that this host offers, tried out on FFmpeg itself. */
export const chooseWall = async ({ ffmpegPath, library }: Parts): Promise<Wall> => {
  const program = await findProgram(ffmpegPath);
  const loader = program && (await loaderOf(program));
  if (program && loader && library !== undefined) {
    const sealed = ['--preload', library, program];
    const command: Wall['command'] = (args) => ({ file: loader, args: [...sealed, ...args] });
    if (await allowsDescriptors(command, SEALED_DESCRIPTORS)) return { level: 'sealed', command };
  }
  const command: Wall['command'] = (args) => ({ file: 'setpriv', args: [...LIMITS, ffmpegPath, ...args] });
  if (await allowsDescriptors(command, LIMITED_DESCRIPTORS)) return { level: 'limits', command };
  return withoutWall(ffmpegPath);
};

const findProgram = async (path: string): Promise<string | undefined> => {
  if (isAbsolute(path)) return path;
  for (const folder of FOLDERS) {
    const found = join(folder, path);
    const isThere = await access(found).then(
      () => true,
      () => false,
    );
    if (isThere) return found;
  }
  return undefined;
};

/** Starts FFmpeg behind it, and asks the kernel: by the time it says a word, its wall stands. */
const allowsDescriptors = async (command: Wall['command'], most: number): Promise<boolean> => {
  const { file, args } = command(['-f', 'flv', '-i', 'pipe:0']);
  const child = spawn(file, args, { env: {}, stdio: ['pipe', 'ignore', 'pipe'] });
  const timer = setTimeout(() => child.kill('SIGKILL'), PROBE_MS);
  child.stdin.on('error', () => undefined);
  try {
    const said = await Promise.race([once(child.stderr, 'data'), once(child, 'exit')]);
    // Not the complaint of whatever should have started it.
    if (!Buffer.isBuffer(said[0]) || !said[0].toString().startsWith('ffmpeg version')) return false;
    const limits = await readFile(`/proc/${child.pid}/limits`, 'utf8');
    return new RegExp(`^Max open files +${most} +${most} `, 'm').test(limits);
  } catch {
    // No such program, or no /proc: not this wall.
    return false;
  } finally {
    clearTimeout(timer);
    child.kill('SIGKILL');
  }
};

const ELF = Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1]);
const HEADER_BYTES = 4_096;
const INTERPRETER = 3;

/** The loader that a 64-bit, little-endian ELF program asks for; none where it is linked statically, or is something else. */
const loaderOf = async (program: string): Promise<string | undefined> => {
  const header = await readStart(program);
  if (!header?.subarray(0, ELF.length).equals(ELF)) return undefined;
  const [table, size, count] = [Number(header.readBigUInt64LE(32)), header.readUInt16LE(54), header.readUInt16LE(56)];
  for (let at = table; at < table + size * count && at + size <= header.length; at += size) {
    if (header.readUInt32LE(at) !== INTERPRETER) continue;
    const from = Number(header.readBigUInt64LE(at + 8));
    const length = Number(header.readBigUInt64LE(at + 32));
    return header.toString('utf8', from, from + length - 1);
  }
  return undefined;
};

const readStart = async (path: string): Promise<Buffer | undefined> => {
  const file = await open(path).catch(() => undefined);
  if (!file) return undefined;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
    return bytesRead === HEADER_BYTES ? buffer : undefined;
  } finally {
    await file.close();
  }
};
