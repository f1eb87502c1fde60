import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, existsSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Target } from './target.ts';

/** One FFmpeg that copies FLV from its standard input to an RTMP server. */
export type FfmpegCopy = {
  write(bytes: Buffer): void;
  /** No more input: it writes out what it has, says farewell, and exits. */
  end(): void;
  kill(): void;
};

type Parts = {
  ffmpegPath: string;
  target: Target;
  streamKey: string;
  ca: string | undefined;
  stallMs: number;
  on: {
    flushed(bytes: number): void;
    /** Said once. `wrote`: media has gone out, so the server had taken the key. */
    exited(exit: { code: number | null; words: string; wrote: boolean }): void;
  };
};

/** The descriptors on which the child finds what may not stand in its arguments. */
const PRESET_FD = 3;
const AUTHORITY_FD = 4;

/** Where files have no disk under them, on systems that have such a place. */
const MEMORY = '/dev/shm';

/**
 * The argument list. The key is not in it: FFmpeg reads it as an option preset (`-fpre`) from a descriptor, and so nobody
 * can see it in the list of processes. The authority's certificate comes the same way.
 */
export const ffmpegCopyArgs = ({ app, tcUrl }: Target, hasAuthority: boolean, stallMs: number): string[] =>
  [
    ['-hide_banner', '-nostats', '-loglevel', 'error', '-progress', 'pipe:1', '-stats_period', '0.5'],
    ['-protocol_whitelist', 'pipe', '-probesize', '32k', '-analyzeduration', '0', '-fpsprobesize', '0'],
    ['-copyts', '-f', 'flv', '-i', 'pipe:0', '-map', '0', '-c', 'copy'],
    ['-fpre', `/dev/fd/${PRESET_FD}`, '-rtmp_app', app, '-rtmp_tcurl', tcUrl],
    ['-rw_timeout', `${stallMs * 1_000}`, '-tcp_nodelay', '1', '-tls_verify', '1'],
    hasAuthority ? ['-ca_file', `/dev/fd/${AUTHORITY_FD}`] : [],
    ['-flvflags', 'no_duration_filesize', '-f', 'flv', tcUrl],
  ].flat();

export const startFfmpegCopy = ({ ffmpegPath, target, streamKey, ca, stallMs, on }: Parts): FfmpegCopy => {
  const preset = openSecret(`rtmp_playpath=${streamKey}\n`);
  const authority = openSecret(ca ?? '');
  const args = ffmpegCopyArgs(target, ca !== undefined, stallMs);
  // Nothing of our environment: it holds credentials.
  const child = spawn(ffmpegPath, args, { env: {}, stdio: ['pipe', 'pipe', 'pipe', preset, authority] });
  closeSync(preset);
  closeSync(authority);
  const { stdin, stdout, stderr } = child;
  if (stdin === null || stdout === null || stderr === null) throw new Error('spawned without pipes');

  let words = '';
  let wrote = false;
  let isOver = false;
  const exited = (code: number | null): void => {
    if (!isOver) on.exited({ code, words, wrote });
    isOver = true;
  };

  // EPIPE when it has died with input on its way; its exit says why.
  for (const pipe of [stdin, stdout, stderr]) pipe.on('error', () => undefined);
  child.once('error', (error) => {
    words ||= error.message;
    exited(null);
  });
  child.once('close', exited);
  createInterface(stderr).on('line', (line) => {
    // The first complaint is the cause; those after it are its consequences.
    words ||= line;
  });
  createInterface(stdout).on('line', (line) => {
    const [name, value] = line.split('=');
    if (name === 'total_size' && Number(value) > 0) wrote = true;
  });

  return {
    write: (bytes) => {
      stdin.write(bytes, (error) => {
        if (error == null && !isOver) on.flushed(bytes.length);
      });
    },
    end: () => {
      stdin.end();
    },
    kill: () => {
      isOver = true;
      child.kill('SIGKILL');
    },
  };
};

/**
 * A file that has no name any more. Not a pipe: Node makes its pipes of sockets, which cannot be opened by the path that
 * FFmpeg wants.
 */
const openSecret = (text: string): number => {
  const path = join(existsSync(MEMORY) ? MEMORY : tmpdir(), `vybzz-${randomUUID()}`);
  const fd = openSync(path, 'wx+', 0o600);
  unlinkSync(path);
  // At a position: where opening a descriptor shares its place, reading must begin at the start.
  writeSync(fd, text, 0);
  return fd;
};
