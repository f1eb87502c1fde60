import { until } from '#stand-ins/until';
import type { ClientLimits } from '#ingest-client/limits';
import type { LoopedCapture } from './capture.ts';
import { OUTPUT_OFFSET_MS } from '../../../ingest-worker/media/ffmpeg-args.ts';
import type { Recorded } from '../../../ingest-worker/publish/sink/recording.testing.ts';
import { openRung, type Rung } from './rung-captures.ts';
import { type CapturePublisher, createCapturePublisher, type Publisher } from './publisher.ts';
import { encodeUndisturbed } from './reference.ts';
import type { Harness } from './harness.ts';
import type { RingOnDisk } from './ring-on-disk.ts';
import type { TestStream } from '../lib/test-streams.ts';
import { measure, type Measured } from './verdict.ts';
import { childrenOf, readMemory } from './workers.ts';

/** A show under way. */
export type RunningShow = {
  rung: Rung;
  stream: TestStream;
  publisher: Publisher;
  /** How many RTMPS sessions of its stream were another publisher's, whom it has replaced. @default 0 */
  firstSession?: number;
};
/** One whose recording is played by us. */
export type PlayedShow = RunningShow & { publisher: CapturePublisher };

type Options = {
  speed?: number;
  limits?: Partial<ClientLimits>;
  stream?: TestStream;
  /** @default that of the rung */
  capture?: LoopedCapture;
  ring?: RingOnDisk;
  clockFromMs?: number;
  firstSession?: number;
};

const PLAY_ON_MS = 30_000;
const END_MS = 40_000;

export const startShow = async (harness: Harness, rung: Rung, options: Options = {}): Promise<RunningShow> => {
  const { browser } = harness;
  if (browser === undefined) return playShow(harness, rung, options);
  const { stream = await harness.addStream() } = options;
  return { rung, stream, publisher: await browser.goLive({ rung, getUrl: () => stream.getUrl() }) };
};

/** A show whose recording is played by us, whoever else could publish. */
export const playShow = async (harness: Harness, rung: Rung, options: Options = {}): Promise<PlayedShow> => {
  const { stream = await harness.addStream(), capture = openRung(rung), firstSession = 0, ...rest } = options;
  const publisher = createCapturePublisher({ capture, getUrl: () => stream.getUrl(), ...rest });
  publisher.start();
  return { rung, stream, publisher, firstSession };
};

export const sessionsOf = (
  { sink }: Harness,
  { stream, firstSession = 0 }: Pick<RunningShow, 'stream' | 'firstSession'>,
): Recorded[] => sink.sessions.filter(({ streamKey }) => streamKey === stream.muxKey).slice(firstSession);

/** How far the picture has come at the sink, by the recording's clock. */
export const arrivedMs = (harness: Harness, show: RunningShow): number =>
  Math.max(-1, ...sessionsOf(harness, show).map(({ frames }) => (frames.at(-1)?.dtsMs ?? 0) - OUTPUT_OFFSET_MS));

/** When each picture came to the sink, in order of arrival. */
export const arrivals = (harness: Harness, show: RunningShow): { atMs: number; mediaMs: number; key: boolean }[] =>
  sessionsOf(harness, show).flatMap(({ frames }) =>
    frames
      .filter(({ kind }) => kind === 'video')
      .map(({ atMs, dtsMs, key }) => ({ atMs, mediaMs: dtsMs - OUTPUT_OFFSET_MS, key })),
  );

export const untilArrived = (harness: Harness, shows: readonly RunningShow[], mediaMs: number, withinMs?: number) =>
  until(
    `${mediaMs} ms of every show at the sink`,
    () => shows.every((show) => show.publisher.ending !== undefined || arrivedMs(harness, show) >= mediaMs),
    withinMs === undefined ? {} : { withinMs },
  );

/** Plays on from where the recording is now until this much more of it is at the sink. */
export const playOn = async (
  harness: Harness,
  shows: readonly RunningShow[],
  ms: number,
  withinMs = PLAY_ON_MS + ms,
): Promise<void> => {
  const targets = shows.map(({ publisher }) => publisher.mediaMs + ms);
  await until(
    `${ms} ms more of every show at the sink`,
    () =>
      shows.every(
        (show, index) => show.publisher.ending !== undefined || arrivedMs(harness, show) >= (targets[index] ?? 0),
      ),
    { withinMs },
  );
};

/** Lets every show come to its end, and all of it to the sink. */
export const finish = async (harness: Harness, shows: readonly RunningShow[]): Promise<void> => {
  for (const { publisher } of shows) publisher.stop();
  await until('the end of every show', () => shows.every(({ publisher }) => publisher.ending !== undefined), {
    withinMs: END_MS,
  });
  await until('the end of every RTMPS session', () =>
    shows.every((show) => sessionsOf(harness, show).at(-1)?.end !== undefined),
  );
  // A browser is asked for it while its page is still there.
  await Promise.all(shows.map(({ publisher }) => publisher.containerStream()));
};

/** What of a show has come, against what was recorded. */
export const judge = async (
  harness: Harness,
  show: RunningShow,
  { restarted = false, sessions = sessionsOf(harness, show) }: { restarted?: boolean; sessions?: Recorded[] } = {},
): Promise<Measured> => {
  const reference = await encodeUndisturbed(await show.publisher.containerStream());
  const { skipped, jumps, hasStills } = show.publisher;
  return measure({ reference, sessions, restarted, skips: skipped, jumps, hasStills });
};

/** The most that a worker, and the most that one of its encoders, has held. */
export type Memory = { workerMb: number; encoderMb: number };

export const watchMemory = (harness: Harness): { stop(): Memory } => {
  const peaks = { worker: 0, encoder: 0 };
  const look = async (): Promise<void> => {
    for (const { pid, isGone } of harness.workers) {
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
