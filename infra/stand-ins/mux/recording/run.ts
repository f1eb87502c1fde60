import { createInterface } from 'node:readline';
import type { Limits } from '../limits.ts';
import { startChild } from './child.ts';

type Settings = {
  ffmpegPath: string;
  dir: string;
  /** Which of its asset's runs this is. */
  run: number;
  limits: Limits;
  closing: AbortSignal;
  segment: (segment: { file: string; seconds: number }) => void;
  /** It takes bytes again. */
  drained: () => void;
};

export type Run = {
  /** False: wait for `drained`. */
  write: (bytes: Buffer) => boolean;
  exited: Promise<{ clean: boolean; lastWords: string }>;
  /** Resolves when the last segment was told. */
  end: () => Promise<void>;
  kill: () => void;
};

/** FLV in, MPEG-TS segments out, nothing encoded; it says on its output when a segment is whole. */
export const runArguments = (run: number, segmentSeconds: number): string[] =>
  [
    ['-hide_banner', '-nostats', '-loglevel', 'error'],
    [
      '-protocol_whitelist',
      'pipe,file',
      '-analyzeduration',
      '1000000',
      '-fpsprobesize',
      '0',
      '-f',
      'flv',
      '-i',
      'pipe:0',
    ],
    ['-map', '0:v?', '-map', '0:a?', '-c', 'copy'],
    ['-f', 'segment', '-segment_format', 'mpegts', '-segment_time', String(segmentSeconds)],
    ['-segment_list', 'pipe:1', '-segment_list_type', 'csv', `${run}-%05d.ts`],
  ].flat();

/** Starts one FFmpeg: it records one stretch of media that has no break in it. */
export const startRun = ({ ffmpegPath, dir, run, limits, closing, segment, drained }: Settings): Run => {
  const child = startChild({
    command: ffmpegPath,
    args: runArguments(run, limits.segmentSeconds),
    cwd: dir,
    limits,
    closing,
  });
  const lines = createInterface(child.stdout);
  lines.on('line', (line) => {
    const [file = '', from, to] = line.split(',');
    const seconds = Number(to) - Number(from);
    if (/^\d+-\d+\.ts$/.test(file) && seconds > 0) segment({ file, seconds });
  });

  let stall: NodeJS.Timeout | undefined;
  child.stdin.on('drain', () => {
    clearTimeout(stall);
    stall = undefined;
    drained();
  });
  const exited = child.exited.finally(() => clearTimeout(stall));

  return {
    exited,
    write(bytes) {
      const goOn = child.stdin.write(bytes);
      if (!goOn) stall ??= setTimeout(child.kill, limits.recorderStallMs);
      return goOn;
    },
    end: child.end,
    kill: child.kill,
  };
};
