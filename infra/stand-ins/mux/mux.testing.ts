import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import Mux from '@mux/mux-node';
import { onTestFinished } from 'vitest';
import * as z from 'zod';
import type { Limits } from './limits.ts';
import type { MediaMessage } from './recording/flv.ts';
import { openPublishClient, type PublishClient } from './rtmp/publish-client.ts';
import { startMux } from './server.ts';
import type { EventLog } from './webhooks/events.ts';
import { until } from '../until.ts';

const run = promisify(execFile);
export const TOKEN = { id: 'test-id', secret: 'test-secret' };
const WEBHOOK_SECRET = 'test-webhook-secret';

export type TestMux = Awaited<ReturnType<typeof startTestMux>>;

export const emptyDir = async (): Promise<string> => {
  const dir = await mkdtemp(join(tmpdir(), 'vybzz-mux-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
};

/** Mux's own SDK, pointed here. */
export const sdkFor = (baseURL: string): Mux =>
  new Mux({ tokenId: TOKEN.id, tokenSecret: TOKEN.secret, webhookSecret: WEBHOOK_SECRET, baseURL, maxRetries: 0 });

/** A stand-in with short times: a second of Mux's windows lasts 50 ms, a segment half a second. */
export const startTestMux = async (
  settings: {
    dataDir?: string;
    webhookUrl?: string;
    ffmpegPath?: string;
    limits?: Partial<Limits>;
    now?: () => number;
  } = {},
) => {
  const lines: string[] = [];
  const { limits, ...rest } = settings;
  const mux = await startMux({
    port: 0,
    rtmpsPort: 0,
    dataDir: await emptyDir(),
    token: TOKEN,
    webhookSecret: WEBHOOK_SECRET,
    log: (line) => lines.push(line),
    limits: { secondMs: 50, segmentSeconds: 0.5, webhookRetryMs: 20, ...limits },
    ...rest,
  });
  onTestFinished(() => mux.close());
  const sdk = sdkFor(mux.url);
  const local = async (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${mux.url}/_local${path}`, {
      ...init,
      headers: {
        authorization: `Basic ${Buffer.from(`${TOKEN.id}:${TOKEN.secret}`).toString('base64')}`,
        'content-type': 'application/json',
      },
    });
  return { ...mux, sdk, lines, local, seen: watch(mux.events) };
};

/** Live stream settings that record and play for anyone. */
export const PUBLIC = {
  playback_policies: ['public' as const],
  new_asset_settings: { playback_policies: ['public' as const] },
  reconnect_window: 20,
};

const SeenEvent = z.object({
  type: z.string(),
  id: z.string(),
  created_at: z.string(),
  data: z.looseObject({ id: z.string(), active_asset_id: z.string().default(''), duration: z.number().default(0) }),
});
type SeenEvent = z.infer<typeof SeenEvent>;

export const bodiesOf = (events: EventLog): SeenEvent[] =>
  events.bodies().map((body) => SeenEvent.parse(JSON.parse(body)));

/** Waits for the next event of a type, in the order in which they were announced. */
const watch = (events: EventLog) => {
  let read = 0;
  return async (type: string): Promise<SeenEvent['data']> => {
    let found = -1;
    await until(
      type,
      () => (found = bodiesOf(events).findIndex((event, index) => index >= read && event.type === type)) >= 0,
    );
    read = found + 1;
    const event = bodiesOf(events)[found];
    if (!event) throw new Error(`${type} is gone from the log`);
    return event.data;
  };
};

/** H.264 and AAC with a key frame every half a second, as FFmpeg makes it. */
let made: Promise<MediaMessage[]> | undefined;
export const testMedia = (): Promise<MediaMessage[]> =>
  (made ??= run(
    'ffmpeg',
    [
      '-hide_banner -loglevel error -f lavfi -i testsrc2=size=320x180:rate=30 -f lavfi -i sine=frequency=440:sample_rate=44100 -t 4',
      '-c:v libx264 -preset veryfast -profile:v main -pix_fmt yuv420p -bf 0 -g 15 -keyint_min 15 -sc_threshold 0 -c:a aac -f flv pipe:1',
    ].flatMap((words) => words.split(' ')),
    { encoding: 'buffer', maxBuffer: 64 * 1024 * 1024 },
  ).then(({ stdout }) => parseFlv(stdout)));

const TYPES: Record<number, MediaMessage['type']> = { 8: 'audio', 9: 'video', 18: 'data' };

const parseFlv = (flv: Buffer): MediaMessage[] => {
  const messages: MediaMessage[] = [];
  for (let at = 13; at + 11 <= flv.length;) {
    const length = flv.readUIntBE(at + 1, 3);
    const type = TYPES[flv[at] ?? 0];
    const timestampMs = flv.readUIntBE(at + 4, 3) + (flv[at + 7] ?? 0) * 0x100_0000;
    if (type) messages.push({ type, timestampMs, payload: flv.subarray(at + 11, at + 11 + length) });
    at += 11 + length + 4;
  }
  return messages;
};

export type TestEncoder = PublishClient & { play: (fromMs: number, toMs: number) => void };

/** An encoder on the air; `play` sends a stretch of the test media at once, headers first. */
export const connectEncoder = async (
  mux: Pick<TestMux, 'rtmpsUrl' | 'caFile'>,
  streamKey: string,
): Promise<TestEncoder> => {
  const media = await testMedia();
  const client = await openPublishClient({
    url: mux.rtmpsUrl,
    streamKey,
    timeoutMs: 5_000,
    ca: await readFile(mux.caFile, 'utf8'),
  });
  onTestFinished(() => client.close());
  const headers = media.filter(({ type, payload }) => type === 'data' || payload[1] === 0);
  const frames = media.filter((message) => !headers.includes(message));
  let announced = false;
  return {
    ...client,
    play(fromMs, toMs) {
      if (!announced) for (const header of headers) client.send({ ...header, timestampMs: fromMs });
      announced = true;
      for (const frame of frames) if (frame.timestampMs >= fromMs && frame.timestampMs < toMs) client.send(frame);
    },
  };
};

const Probed = z.object({
  streams: z.array(z.record(z.string(), z.unknown())),
  format: z.object({ duration: z.coerce.number() }).optional(),
});

/** What FFmpeg says about something that plays. */
export const probe = async (
  url: string,
  entries = 'stream=codec_name,profile,width,height:format=duration',
): Promise<z.infer<typeof Probed>> =>
  Probed.parse(
    JSON.parse((await run('ffprobe', ['-v', 'error', '-of', 'json', '-show_entries', entries, url])).stdout),
  );

type Received = { headers: IncomingHttpHeaders; body: string; type: string };

/** Somebody who takes webhooks, and answers as told. */
export const startReceiver = async () => {
  const received: Received[] = [];
  let answer: (request: Received, index: number) => number | 'hang' = () => 200;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      const one = { headers: request.headers, body, type: SeenEvent.parse(JSON.parse(body)).type };
      const status = answer(one, received.push(one) - 1);
      if (status !== 'hang') response.writeHead(status).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  onTestFinished(close);
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/webhooks/mux`,
    received,
    types: () => received.map(({ type }) => type),
    answer: (how: typeof answer) => void (answer = how),
  };
};
