/**
 * Many rung-1 shows at once through one worker, in real time: every frame has to arrive.
 *
 *   node --import tsx ingest-worker/bench/load.ts [--sessions 150] [--seconds 60] [--misbehaving 10] [--log]
 *
 * Those that misbehave come on top of, and beside, the shows that are counted, and come back whenever they are thrown out.
 */
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { WebSocket } from 'ws';
import { closeReason, encodeFrame, SUBPROTOCOL, WIRE_VERSION } from '#wire';
import { recordAgain } from './capture.ts';
import { encodeUndisturbed, type Reference } from './reference.ts';
import { openStage, type Stage } from './stage.ts';
import { finish, openRung, passing, type Running, sessionsOf, startShow, untilArrived } from './theatre.ts';
import { measure } from './verdict.ts';
import { childrenOf, readCpuMs, readMemory } from './workers.ts';

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

const { values } = parseArgs({
  options: {
    sessions: { type: 'string', default: '150' },
    seconds: { type: 'string', default: '60' },
    misbehaving: { type: 'string', default: '0' },
    log: { type: 'boolean', default: false },
  },
});
const count = Number(values.sessions);
const lastsMs = Number(values.seconds) * 1_000;
const misbehaving = Number(values.misbehaving);
/** One after the other: starting is dearer than running. */
const BETWEEN_STARTS_MS = 100;
const AGAIN_MS = 1_000;
const FLOOD_BYTES = 1024 * 1024;
const SETTLE_MS = 120_000;

const said = new Map<string, number>();
const end = new AbortController();

/** A publisher that stalls, sends noise, or sends far more than it said, over and over. */
const misbehave = async (stage: Stage, how: 'stall' | 'noise' | 'flood'): Promise<void> => {
  const show = openRung('1');
  const [first] = show.units();
  const start = Buffer.concat([show.init, first?.bytes ?? Buffer.alloc(0)]);
  while (!end.signal.aborted) {
    const socket = new WebSocket(await (await stage.addStream()).getUrl(), [SUBPROTOCOL], { perMessageDeflate: false });
    const send = (epoch: number, offset: number, payload: Uint8Array): void =>
      socket.send(encodeFrame({ init: offset === 0, key: false, epoch, offset, ptsMs: 0, payload }));
    const code = await new Promise<number>((resolve) => {
      const ending = setInterval(() => {
        if (end.signal.aborted) socket.terminate();
      }, AGAIN_MS);
      socket.on('error', () => undefined);
      socket.on('close', (closed) => {
        clearInterval(ending);
        resolve(closed);
      });
      socket.on('open', () => socket.send(JSON.stringify({ type: 'hello', version: WIRE_VERSION, media: show.media })));
      socket.on('message', (data: Buffer) => {
        const message: unknown = JSON.parse(data.toString());
        if (typeof message !== 'object' || message === null || !('epoch' in message)) return;
        const epoch = Number(message.epoch);
        if (how === 'noise') return send(epoch, 0, randomBytes(FLOOD_BYTES));
        send(epoch, 0, start.subarray(0, start.length >> 1));
        if (how === 'stall') return;
        for (let sent = 0, at = start.length >> 1; sent < 48; sent += 1, at += FLOOD_BYTES)
          send(epoch, at, Buffer.alloc(FLOOD_BYTES, 0xec));
      });
    });
    if (end.signal.aborted) return;
    const reason = `${how}: ${closeReason(code) ?? code}`;
    said.set(reason, (said.get(reason) ?? 0) + 1);
    await passing(AGAIN_MS);
  }
};

const stage = await openStage();
const [worker] = stage.workers;
if (worker === undefined) throw new Error('no worker');

const shows: Running[] = [];
for (let started = 0; started < count; started += 1) {
  shows.push(await startShow(stage, '1'));
  await passing(BETWEEN_STARTS_MS);
}
await untilArrived(stage, shows, 1_000, SETTLE_MS);
const HOW = ['stall', 'noise', 'flood'] as const;
const others = Array.from({ length: misbehaving }, (_, index) => misbehave(stage, HOW[index % HOW.length] ?? 'noise'));

const encoders = await childrenOf(worker.pid);
const cpu = async (): Promise<{ worker: number; encoders: number; own: number; atMs: number }> => ({
  worker: await readCpuMs(worker.pid),
  encoders: (await Promise.all(encoders.map(readCpuMs))).reduce((sum, ms) => sum + ms, 0),
  own: await readCpuMs(process.pid),
  atMs: performance.now(),
});
const before = await cpu();
await passing(lastsMs);
const after = await cpu();
const memory = await readMemory(worker.pid);
const encoderBytes = (await Promise.all(encoders.map(readMemory))).map(({ nowBytes }) => nowBytes);
end.abort();
await finish(stage, shows);
await Promise.all(others);

const references = new Map<number, Reference>();
const totals = { sent: 0, missing: 0, doubled: 0, reordered: 0, sessions: 0, unfinished: 0 };
for (const show of shows) {
  const bytes = show.feeder.recordedBytes;
  const reference = references.get(bytes) ?? (await encodeUndisturbed(recordAgain(openRung('1'), bytes)));
  references.set(bytes, reference);
  const { sent, missing, doubled, reordered, rtmpsSessions } = measure({
    reference,
    sessions: sessionsOf(stage, show),
    restarted: false,
  });
  totals.sent += sent.video + sent.audio;
  totals.missing += missing.video + missing.audio;
  totals.doubled += doubled.video + doubled.audio;
  totals.reordered += reordered.video + reordered.audio;
  totals.sessions += rtmpsSessions;
  if (show.feeder.ending !== 'finished') totals.unfinished += 1;
}
const cores = (kind: 'worker' | 'encoders' | 'own'): string =>
  ((after[kind] - before[kind]) / (after.atMs - before.atMs)).toFixed(3);
const mb = (bytes: number): number => Math.round(bytes / 1024 / 1024);
console.log(`${count} shows for ${values.seconds} s, ${misbehaving} misbehaving beside them`);
console.log(
  `frames: sent ${totals.sent}, missing ${totals.missing}, doubled ${totals.doubled}, reordered ${totals.reordered}; ` +
    `RTMPS sessions ${totals.sessions}; shows that did not finish ${totals.unfinished}`,
);
console.log(`cores: worker ${cores('worker')}, encoders ${cores('encoders')}, this program ${cores('own')}`);
console.log(
  `memory: worker ${mb(memory.nowBytes)} MB (peak ${mb(memory.peakBytes)} MB), ` +
    `encoders ${mb(encoderBytes.reduce((sum, bytes) => sum + bytes, 0))} MB resident in ${encoders.length}, shared pages counted in each`,
);
for (const [reason, times] of said) console.log(`answered ${reason} ${times} times`);
const held = totals.missing + totals.doubled + totals.reordered + totals.unfinished === 0 && totals.sessions === count;
console.log(held ? 'held' : 'NOT HELD');
await stage.close();
if (values.log) for (const line of worker.lines) console.error(line);
process.exit(held ? 0 : 1);
