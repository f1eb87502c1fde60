import { readFile } from 'node:fs/promises';
import { WebSocket } from 'ws';
import * as z from 'zod';
import { until } from '#stand-ins/until';
import { readArguments } from '../commands/read-arguments.mjs';
import { CommandError, messageOf, orExplain } from '../local/command-error.mjs';

/**
 * A real show against whatever is deployed at an origin. The token is in the environment and no argument: arguments are seen by
 * everybody on a machine.
 */
const USAGE = `TOKEN=… npm run smoke -- ORIGIN [--media FILE] [--seconds 25]

A real show against whatever is deployed there, in Mux's test mode (free, five minutes at most, gone in a day). TOKEN is an access
token of somebody who may go live: npm run -s token -- asha has one locally, the browser's own requests hold one elsewhere.`;
const { positionals, values } = readArguments(USAGE, {
  words: 1,
  options: { media: { type: 'string' }, seconds: { type: 'string', default: '25' } },
});
const [origin] = positionals;
const token = process.env['TOKEN'];
if (!origin || !token) {
  console.error(USAGE);
  process.exit(2);
}
/** A recording of a browser's, sent in as many pieces as MediaRecorder would give: the wire's plain mode. */
const MEDIA = new URL('../../ingest-worker/fixtures/vp8-opus.webm', import.meta.url);
const CHUNK_MS = 250;
const LIVE_MS = 60_000;
const END_MS = 60_000;
const POLL_MS = 1_000;

const Stream = z.object({ id: z.string(), state: z.string() });
const Created = z.object({ stream: Stream, ingest: z.object({ url: z.string() }) });
const Playback = z.object({ hls: z.string() });

const call = async (method: string, path: string, body?: object): Promise<unknown> => {
  const answer = await fetch(`${origin}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path} answers ${answer.status}: ${await answer.text()}`);
  return answer.json();
};
const within = (ms: number) => ({ withinMs: ms, everyMs: POLL_MS });
const stateOf = async (id: string): Promise<string> => Stream.parse(await call('GET', `/stream/${id}`)).state;
const say = (line: string): void => console.log(`✓ ${line}`);

const run = async (): Promise<void> => {
  const page = await fetch(origin).catch((cause: unknown) => {
    throw new Error(`nothing answers at ${origin}`, { cause });
  });
  if (!page.ok) throw new Error(`${origin} answers ${page.status}`);
  say(`the site answers, with ${page.headers.has('content-security-policy') ? 'a' : 'NO'} content security policy`);

  const { stream, ingest } = Created.parse(await call('POST', '/stream/create', { title: 'Smoke test', test: true }));
  say(`${stream.id} is created`);
  const media = await readFile(values.media ?? MEDIA);
  const socket = new WebSocket(ingest.url, { origin });
  const closed = new Promise<string>((settle) => {
    socket.once('close', (code, reason) => settle(`${code} ${reason.toString()}`));
    socket.once('error', (cause) => settle(cause.message));
  });
  const lost = closed.then((why) => Promise.reject(new Error(`the ingest socket was closed: ${why}`)));
  // It is heard where something waits for the socket; in the end it closes by our own doing.
  lost.catch(() => undefined);
  await Promise.race([new Promise((opened) => socket.once('open', opened)), lost]);
  say('the ingest socket is open');

  const seconds = Number(values.seconds);
  const chunk = Math.ceil(media.byteLength / ((seconds * 1_000) / CHUNK_MS));
  let sent = 0;
  const feeding = setInterval(() => {
    socket.send(media.subarray(sent, sent + chunk));
    sent += chunk;
    if (sent >= media.byteLength) clearInterval(feeding);
  }, CHUNK_MS);
  try {
    const live = async () => ((await stateOf(stream.id)) === 'live' ? true : undefined);
    await Promise.race([until('the stream to be live', live, within(LIVE_MS)), lost]);
    say('live: Mux has told us by webhook');
    const { hls } = Playback.parse(await call('GET', `/stream/${stream.id}/playback`));
    await until('Mux to serve it', async () => (await fetch(hls)).ok, within(LIVE_MS));
    say('Mux serves it by HLS');
  } finally {
    clearInterval(feeding);
    await call('POST', `/stream/${stream.id}/end`);
  }
  await until('the end of the stream', async () => (await stateOf(stream.id)) === 'ended', within(END_MS));
  say('ended');
  socket.terminate();
};

await orExplain(() =>
  run().catch((cause: unknown) => {
    // Whatever is wrong is wrong with what is deployed.
    throw new CommandError(messageOf(cause), { cause });
  }),
);
process.exit(0);
