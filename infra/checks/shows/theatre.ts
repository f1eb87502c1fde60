import { fileURLToPath } from 'node:url';
import type { ClientLimits } from '#ingest-client/limits';
import type { Recorded } from '../../../ingest-worker/publish/sink/recording.testing.ts';
import { openCapture } from './capture.ts';
import { createCapturePublisher, type Publisher } from './publisher.ts';
import { encodeUndisturbed } from './reference.ts';
import type { Stage } from './stage.ts';
import type { StagedStream } from './streams.ts';
import { measure, type Measured } from './verdict.ts';
import { childrenOf, readMemory } from './workers.ts';

/** What a browser sends, by rung of the ladder, each recorded from one. */
export const RUNGS = {
  '1': 'h264-aac.mkv',
  '2': 'h264-aac.mp4',
  '3': 'h264-opus.mkv',
  '4': 'vp8-opus.webm',
  '4-firefox': 'firefox-vp8-opus.webm',
} as const;
export type Rung = keyof typeof RUNGS;
export const isRung = (name: string): name is Rung => name in RUNGS;

/** A show under way. */
export type Running = { rung: Rung; stream: StagedStream; publisher: Publisher };

/** Published time is the recording's and this much; see OUTPUT_OFFSET_MS. */
const OFFSET_MS = 100;
const POLL_MS = 20;
const UNTIL_MS = 30_000;
const END_MS = 40_000;

export const openRung = (rung: Rung) =>
  openCapture(fileURLToPath(new URL(`../../../ingest-worker/fixtures/${RUNGS[rung]}`, import.meta.url)));

export const startShow = async (
  stage: Stage,
  rung: Rung,
  options: { speed?: number; limits?: Partial<ClientLimits>; stream?: StagedStream } = {},
): Promise<Running> => {
  const { stream = await stage.addStream(), ...rest } = options;
  const { browser } = stage;
  if (browser !== undefined)
    return { rung, stream, publisher: await browser.goLive({ rung, getUrl: () => stream.getUrl() }) };
  const publisher = createCapturePublisher({ capture: openRung(rung), getUrl: () => stream.getUrl(), ...rest });
  publisher.start();
  return { rung, stream, publisher };
};

export const sessionsOf = ({ sink }: Stage, { stream }: Pick<Running, 'stream'>): Recorded[] =>
  sink.sessions.filter(({ streamKey }) => streamKey === stream.muxKey);

/** How far the picture has come at the sink, by the recording's clock. */
export const arrivedMs = (stage: Stage, running: Running): number =>
  Math.max(-1, ...sessionsOf(stage, running).map(({ frames }) => (frames.at(-1)?.dtsMs ?? 0) - OFFSET_MS));

/** When each picture came to the sink, in order of arrival. */
export const arrivals = (stage: Stage, running: Running): { atMs: number; mediaMs: number; key: boolean }[] =>
  sessionsOf(stage, running).flatMap(({ frames }) =>
    frames
      .filter(({ kind }) => kind === 'video')
      .map(({ atMs, dtsMs, key }) => ({ atMs, mediaMs: dtsMs - OFFSET_MS, key })),
  );

export const until = async (what: string, holds: () => boolean, timeoutMs = UNTIL_MS): Promise<void> => {
  const deadline = performance.now() + timeoutMs;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`waited ${timeoutMs} ms in vain: ${what}`);
    await passing(POLL_MS);
  }
};

/** For harm that lasts. */
export const passing = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

export const untilArrived = (stage: Stage, shows: readonly Running[], mediaMs: number, timeoutMs?: number) =>
  until(
    `${mediaMs} ms of every show at the sink`,
    () => shows.every((show) => show.publisher.ending !== undefined || arrivedMs(stage, show) >= mediaMs),
    timeoutMs,
  );

/** Plays so much more, from where the recording is now, until it is at the sink. */
export const playOn = async (stage: Stage, shows: readonly Running[], ms: number): Promise<void> => {
  const targets = shows.map(({ publisher }) => publisher.mediaMs + ms);
  await until(
    `${ms} ms more of every show at the sink`,
    () =>
      shows.every(
        (show, index) => show.publisher.ending !== undefined || arrivedMs(stage, show) >= (targets[index] ?? 0),
      ),
    UNTIL_MS + ms,
  );
};

/** Lets every show come to its end, and all of it to the sink. */
export const finish = async (stage: Stage, shows: readonly Running[]): Promise<void> => {
  for (const { publisher } of shows) publisher.stop();
  await until('the end of every show', () => shows.every(({ publisher }) => publisher.ending !== undefined), END_MS);
  await until('the end of every RTMPS session', () =>
    shows.every((show) => sessionsOf(stage, show).at(-1)?.end !== undefined),
  );
  // A browser is asked for it while its page is still there.
  await Promise.all(shows.map(({ publisher }) => publisher.containerStream()));
};

/** What of a show has come, against what was recorded. */
export const judge = async (
  stage: Stage,
  running: Running,
  { restarted = false, sessions = sessionsOf(stage, running) }: { restarted?: boolean; sessions?: Recorded[] } = {},
): Promise<Measured> => {
  const reference = await encodeUndisturbed(await running.publisher.containerStream());
  return measure({ reference, sessions, restarted, skips: running.publisher.skipped });
};

/** The most that the workers, and any one of their encoders, have held. */
export const watchMemory = (stage: Stage): { stop(): { workerMb: number; encoderMb: number } } => {
  const peaks = { worker: 0, encoder: 0 };
  const look = async (): Promise<void> => {
    for (const { pid, isGone } of stage.workers) {
      if (isGone) continue;
      peaks.worker = Math.max(peaks.worker, (await readMemory(pid)).peakBytes);
      for (const child of await childrenOf(pid))
        peaks.encoder = Math.max(peaks.encoder, (await readMemory(child)).peakBytes);
    }
  };
  const timer = setInterval(() => void look(), 1_000);
  void look();
  const mb = (bytes: number): number => Math.round(bytes / 1024 / 1024);
  return {
    stop: () => {
      clearInterval(timer);
      return { workerMb: mb(peaks.worker), encoderMb: mb(peaks.encoder) };
    },
  };
};
