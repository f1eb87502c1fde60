import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import * as z from 'zod/mini';
import { bundleWorker } from '../../infra/local/build.ts';
import { startPart, type Part } from '../../infra/checks/lib/part.ts';
import { endWorker, startWorkerProcess, workerEnvironment } from '../../infra/checks/shows/workers.ts';
import { createContainerReader } from '../media/container-reader.ts';
import { pipelineOf } from '../media/container.ts';
import { ffmpegArgs } from '../media/ffmpeg-args.ts';
import { canPin, pin } from './machine.ts';
import { openRecording, type Rung } from './recordings.ts';

/** Something that takes shows and publishes them: what is measured. */
export type Server = {
  name: string;
  /** What of it counts, with all children. */
  roots: number[];
  /** Where publishers find it; see `publishers.ts`. */
  to: To;
  /** Lines of its log, where it is our worker. */
  lines: readonly string[];
  close(): Promise<void>;
};

/** As `publishers.ts` reads it. */
type To = { by: string; port?: number; tableUrl?: string; rtmpsUrl?: string; args?: string[] };

const Started = z.object({ url: z.string() });
const StartedSink = z.object({ port: z.number(), ca: z.string() });
const Pids = z.array(z.number());
const Shows = z.array(
  z.object({
    key: z.string(),
    /** When each of its recordings began; it has one, but where its page has had to begin again. */
    startsMs: z.array(z.number()),
    openedAtMs: z.number(),
    losses: z.number(),
    fault: z.optional(z.string()),
  }),
);
const Come = z.object({
  bareBytes: z.number(),
  shows: z.record(z.string(), z.object({ video: z.number(), audio: z.number(), firstAtMs: z.optional(z.number()) })),
});
const Newest = z.record(z.string(), z.number());
const Marked = z.record(z.string(), z.array(z.object({ ptsMs: z.number(), atMs: z.number() })));

export type Shows = z.infer<typeof Shows>;
export type Come = z.infer<typeof Come>;

export type ServerName = 'vybzz' | 'original' | 'api.video' | 'pipe' | 'bare FFmpeg';

const READY_MS = 20_000;
const FIRST_FRAME_MS = 60_000;

/**
 * All that a benchmark of servers needs, in processes of their own: a table, an RTMPS server and publishers on the other
 * cores, and on the first core whatever is measured, one at a time.
 */
export const openBed = async () => {
  const directory = await mkdtemp(join(tmpdir(), 'vybzz-bench-'));
  const [bundle, caFile] = [join(directory, 'worker.mjs'), join(directory, 'ca.pem')];
  const pins = await canPin();
  const begin = async (file: string): Promise<Part> => {
    const part = startPart(new URL(file, import.meta.url));
    if (pins) await pin(part.pid, 'others');
    return part;
  };
  const parts = await Promise.all(['../../infra/checks/shows/load-table.ts', 'sink.ts', 'publishers.ts'].map(begin));
  const [table, sink, publishers] = parts;
  if (!table || !sink || !publishers) throw new Error('a part is missing');
  const { url: tableUrl } = Started.parse(await table.ask('start'));
  const { port: sinkPort, ca } = StartedSink.parse(await sink.ask('start'));
  const rtmpsUrl = `rtmps://localhost:${sinkPort}/app`;
  await Promise.all([writeFile(caFile, ca), bundleWorker(bundle)]);
  let servers = 0;

  const startVybzz = async (environment: Record<string, string> = {}): Promise<Server> => {
    servers += 1;
    const around = workerEnvironment({ tableUrl, rtmpsUrl, caFile, publisher: 'native', id: servers });
    const worker = await startWorkerProcess(bundle, { ...around, ...environment });
    if (pins) await pin(worker.pid, 'first');
    return {
      name: 'vybzz',
      roots: [worker.pid],
      to: { by: 'vybzz', tableUrl, port: worker.port },
      lines: worker.lines,
      close: () => endWorker(worker),
    };
  };

  const startPeer = async (name: ServerName, file: string, toOf: (port: number) => Server['to']): Promise<Server> => {
    const program = fileURLToPath(new URL(`peers/${file}`, import.meta.url));
    const child = spawn(process.execPath, [program, rtmpsUrl], {
      env: { PATH: process.env['PATH'], NODE_EXTRA_CA_CERTS: caFile },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const { pid } = child;
    if (pid === undefined) throw new Error(`${name} could not be started`);
    const gone = once(child, 'exit');
    const port = await Promise.race([
      once(createInterface(child.stdout), 'line').then(([line]) => Number(line)),
      gone.then(() => Promise.reject(new Error(`${name} ended as it started`))),
      delay(READY_MS, undefined, { ref: false }).then(() => Promise.reject(new Error(`${name} did not get ready`))),
    ]);
    if (pins) await pin(pid, 'first');
    return {
      name,
      roots: [pid],
      to: toOf(port),
      lines: [],
      close: async () => {
        child.kill('SIGTERM');
        await gone;
      },
    };
  };

  const startServer = async (name: ServerName, rung: Rung): Promise<Server> => {
    switch (name) {
      case 'vybzz':
        return startVybzz();
      case 'original':
        return startPeer(name, 'original.mjs', (port) => ({ by: 'websocket', port }));
      case 'pipe':
        return startPeer(name, 'pipe.mjs', (port) => ({ by: 'websocket', port }));
      case 'api.video':
        return startPeer(name, 'api-video.mjs', (port) => ({ by: 'socket.io', port, rtmpsUrl }));
      case 'bare FFmpeg':
        // No server: its processes are the publishers' and are known once they are there.
        return {
          name,
          roots: [],
          to: { by: 'pipe', args: bareArgs(rung), rtmpsUrl },
          lines: [],
          close: async () => {},
        };
    }
  };

  const look = async (): Promise<{ shows: Shows; come: Come }> => {
    const shows = Shows.parse(await publishers.ask('look'));
    const come = Come.parse(await sink.ask('look'));
    const failed = shows.find(({ fault }) => fault !== undefined);
    if (failed !== undefined) throw new Error(`a show broke off: ${failed.fault}`);
    return { shows, come };
  };

  return {
    startServer,
    startVybzz,
    bundle,
    parts: { sink, publishers },
    look,
    /** Begins shows, and settles once the first picture of each is there; `server.roots` is complete then. */
    startShows: async (
      server: Server,
      rung: Rung,
      count: number,
      betweenMs: number,
      beginsAgain = false,
    ): Promise<void> => {
      const before = Shows.parse(await publishers.ask('look')).length;
      const begun = publishers.ask('start', { to: server.to, rung, count, betweenMs, beginsAgain });
      const pids = Pids.parse(await begun);
      if (pids.length > 0) server.roots = pids;
      if (pins) await Promise.all(pids.map((pid) => pin(pid, 'first')));
      const deadline = performance.now() + FIRST_FRAME_MS;
      const isThere = ({ come, shows }: { come: Come; shows: Shows }): boolean =>
        server.name === 'pipe'
          ? come.bareBytes > 0
          : shows.length >= before + count && shows.every(({ key }) => come.shows[key]?.firstAtMs !== undefined);
      while (!isThere(await look())) {
        if (performance.now() > deadline) throw new Error(`${server.name}: no picture came of some of ${count} shows`);
        await delay(100);
      }
    },
    endShows: async (): Promise<void> => {
      await publishers.ask('stop');
      await sink.ask('forget');
    },
    /** Pictures are noted from now on, or no longer. */
    mark: (on: boolean) => sink.ask('mark', { on }),
    /** The RTMPS server ends all connections that it has. */
    resetSink: () => sink.ask('reset'),
    newest: async () => Newest.parse(await sink.ask('newest')),
    marked: async () => Marked.parse(await sink.ask('marked')),
    close: async (): Promise<void> => {
      for (const part of [publishers, sink, table]) await part.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
};

export type Bed = Awaited<ReturnType<typeof openBed>>;

/** The worker's own arguments, publishing by themselves. */
const bareArgs = (rung: Rung): string[] => {
  const { init, round } = openRecording(rung);
  const bytes = Buffer.concat([init, ...round(0).map((piece) => piece.bytes)]);
  const found = createContainerReader()
    .push(bytes)
    .find((event) => event.type === 'init');
  if (found?.type !== 'init') throw new Error('a recording without init');
  const { facts } = found;
  return ffmpegArgs({ facts, pipeline: pipelineOf(facts), sound: true }).map((word) =>
    word === 'pipe:1' ? '[url]' : word,
  );
};
