import { setTimeout as delay } from 'node:timers/promises';
import { readUsage } from './process-usage.ts';
import type { Bed, Come, Server, ServerName } from './bed.ts';
import { openRecording, type Rung } from './recordings.ts';

/** What a second of one show's media costs a server. */
export type Cost = {
  /** Processor seconds for each second of media that arrived. */
  cores: number;
  /** What the server and all its children hold, less what it held without shows. */
  mbAStream: number;
  /** Media that arrived, against the time that passed; under 1 it fell behind. */
  pace: number;
};

const FRAMES_A_SECOND = 30;
const MB = 1024 * 1024;
/** Under it the server is not carrying the shows, and what they cost it says nothing. */
const LEAST_PACE = 0.85;

const framesOf = ({ shows }: Come): number => Object.values(shows).reduce((sum, { video }) => sum + video, 0);

type Run = { server: ServerName; rung: Rung; count: number; warmMs: number; lastsMs: number; busy: boolean };

/** @throws where the shows do not arrive, or arrive too slowly to be measured */
export const measureCost = async (
  bed: Bed,
  { server: name, rung, count, warmMs, lastsMs, busy }: Run,
): Promise<Cost> => {
  const server = await bed.startServer(name, rung);
  try {
    const idleBytes = server.roots.length === 0 ? 0 : (await readUsage(server.roots)).pssBytes;
    await bed.startShows(server, rung, count, Math.min(200, 4_000 / count));
    await delay(warmMs);
    return await account(bed, server, { rung, count, lastsMs, busy, idleBytes });
  } finally {
    await bed.endShows();
    await server.close();
  }
};

const account = async (
  bed: Bed,
  server: Server,
  { rung, count, lastsMs, busy, idleBytes }: Pick<Run, 'rung' | 'count' | 'lastsMs' | 'busy'> & { idleBytes: number },
): Promise<Cost> => {
  const [before, comeBefore, beganMs] = [await readUsage(server.roots), (await bed.look()).come, performance.now()];
  await delay(lastsMs);
  const [after, comeAfter, passedMs] = [
    await readUsage(server.roots),
    (await bed.look()).come,
    performance.now() - beganMs,
  ];
  const mediaSeconds =
    server.name === 'pipe'
      ? (comeAfter.bareBytes - comeBefore.bareBytes) / bytesASecond(rung)
      : (framesOf(comeAfter) - framesOf(comeBefore)) / FRAMES_A_SECOND;
  const pace = mediaSeconds / ((passedMs / 1_000) * count);
  if (!Number.isFinite(pace) || pace <= 0 || (pace < LEAST_PACE && !busy))
    throw new Error(
      `${server.name} fell behind on rung ${rung}: of ${count} shows ${Math.round(pace * 100)} % of real time arrived. Where the machine does something else: --busy`,
    );
  return {
    cores: (after.cpuMs - before.cpuMs) / 1_000 / mediaSeconds,
    mbAStream: (after.pssBytes - idleBytes) / count / MB,
    pace,
  };
};

const bytesASecond = (rung: Rung): number => {
  const { round, roundMs } = openRecording(rung);
  return round(0).reduce((sum, { bytes }) => sum + bytes.length, 0) / (roundMs / 1_000);
};
