import { readFile } from 'node:fs/promises';
import { WebSocket } from 'ws';
import * as z from 'zod';
import { until } from '#stand-ins/until';

/** A recording of a browser's, sent in as many pieces as MediaRecorder would give: the wire's plain mode. */
const MEDIA = new URL('../../ingest-worker/fixtures/vp8-opus.webm', import.meta.url);
const CHUNK_MS = 250;
const LIVE_MS = 60_000;
const END_MS = 60_000;
const POLL_MS = 1_000;

const SECONDS = 25;
const within = (ms: number) => ({ withinMs: ms, everyMs: POLL_MS });

const Stream = z.object({ id: z.string(), state: z.string() });
const Created = z.object({ stream: Stream, ingest: z.object({ url: z.string() }) });
const Playback = z.object({ hls: z.string() });

type Parts = {
  /** Where the deployment is. */
  origin: string;
  /** An access token of somebody who may go live. */
  token: string;
  /** A file to play instead of our own recording. */
  media?: string | undefined;
  seconds?: number;
  say: (line: string) => void;
};

/** A real show against whatever is deployed at an origin, in Mux's test mode; throws where anything of it does not come about. */
export const makeShow = async ({ origin, token, media: file, seconds = SECONDS, say: tell }: Parts): Promise<void> => {
  const call = async (method: string, path: string, body?: object): Promise<unknown> => {
    const answer = await fetch(`${origin}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path} answers ${answer.status}: ${await answer.text()}`);
    return answer.json();
  };
  const stateOf = async (id: string): Promise<string> => Stream.parse(await call('GET', `/stream/${id}`)).state;
  const say = (line: string): void => tell(`✓ ${line}`);

  const page = await fetch(origin).catch((cause: unknown) => {
    throw new Error(`nothing answers at ${origin}`, { cause });
  });
  if (!page.ok) throw new Error(`${origin} answers ${page.status}`);
  say(`the site answers, with ${page.headers.has('content-security-policy') ? 'a' : 'NO'} content security policy`);

  const { stream, ingest } = Created.parse(await call('POST', '/stream/create', { title: 'Smoke test', test: true }));
  say(`${stream.id} is created`);
  const media = await readFile(file ?? MEDIA);
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
