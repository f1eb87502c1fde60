import { readdir, readFile } from 'node:fs/promises';
import { expect, it, onTestFinished, vi } from 'vitest';
import { MUX_KEY, OTHER_STREAM } from './session/store.testing.ts';
import {
  fixture,
  greet,
  openSocket,
  resume,
  sendMedia,
  startTestWorker,
  type TestSocket,
  killEncoder,
} from './worker.testing.ts';

/** Arguments and environments of all that this process has started, as anybody on the machine could read them. */
const readChildren = async (): Promise<{ pid: number; arguments: string; environment: string }[]> => {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const read = (pid: string, file: string) => readFile(`/proc/${pid}/${file}`, 'latin1').catch(() => '');
  const found = pids.map(async (pid) => {
    const stat = await read(pid, 'stat');
    const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (Number(parent) !== process.pid) return [];
    return [{ pid: Number(pid), arguments: await read(pid, 'cmdline'), environment: await read(pid, 'environ') }];
  });
  return (await Promise.all(found)).flat();
};

it.each([
  ['native', 1],
  ['ffmpeg', 2],
] as const)(
  '[S14] [P15] a whole show with all that may befall it tells nobody a secret, publisher: %s',
  async (publisher, each) => {
    const test = await startTestWorker({ copier: 'ffmpeg', tls: true, publisher });
    onTestFinished(() => test.close());
    const children: Awaited<ReturnType<typeof readChildren>> = [];
    const { bytes, media } = fixture('h264-aac.mkv');
    const keys: string[] = [];
    const sockets: TestSocket[] = [];
    const open = (key = test.memory.issue()): TestSocket => {
      keys.push(key);
      const socket = openSocket(test.url(key));
      sockets.push(socket);
      return socket;
    };
    const comeBack = (token: string): TestSocket => {
      const socket = open();
      const have = { haveFrom: 0, haveTo: 0 };
      socket.socket.on('open', () => socket.tell({ type: 'resume', version: 1, resumeToken: token, media, ...have }));
      return socket;
    };
    const pictures = () =>
      test.sink.sessions.flatMap(({ frames }) => frames.filter(({ kind }) => kind === 'video')).length;

    // Refused at the door: a key that nobody has issued, one that is used, and tokens of no feed.
    const first = open();
    const welcome = await greet(first, media);
    const { resumeToken } = welcome;
    for (const key of ['a-key-that-nobody-has-issued', keys[0]])
      expect(await open(key).closed).toMatchObject({ reason: 'key-refused' });
    for (const token of [`${resumeToken}x`, resumeToken.slice(0, -1), 'no token at all'])
      expect(await comeBack(token).closed).toMatchObject({ reason: 'resume-refused' });

    // A show whose encoder is killed, whose server resets and whose socket is cut.
    const half = Math.floor(bytes.byteLength * 0.6);
    sendMedia(first, { bytes, epoch: welcome.epoch, to: half });
    await test.sink.until('pictures', () => pictures() >= 30);
    children.push(...(await readChildren()));
    expect(children).toHaveLength(each);
    killEncoder(test);
    await vi.waitFor(() => expect(test.encoders).toHaveLength(2), { timeout: 5_000 });
    test.sink.reset();
    // FFmpeg notices only when it writes.
    sendMedia(first, { bytes, epoch: welcome.epoch, from: half, to: half + Math.floor(bytes.byteLength * 0.3) });
    await test.sink.until('another session', () => test.sink.sessions.length > 1);
    children.push(...(await readChildren()));
    expect(new Set(children.map(({ pid }) => pid)).size).toBe(2 * each);
    first.socket.terminate();
    const again = open();
    const next = await resume(again, { media, welcome, bytes });
    sendMedia(again, { bytes, epoch: next.epoch, from: next.nextOffset });
    again.tell({ type: 'stop', at: bytes.byteLength });
    expect(await again.closed).toMatchObject({ reason: 'finished' });

    // A server that refuses the key, and quotes it.
    test.sink.conduct.refuse = 'by-status';
    const unwanted = open(test.memory.issue({ streamId: OTHER_STREAM }));
    const { epoch, resumeToken: another } = await greet(unwanted, media);
    sendMedia(unwanted, { bytes, epoch });
    expect(await unwanted.closed).toMatchObject({ reason: 'upstream-refused' });
    const metrics = await (await fetch(`http://127.0.0.1:${test.worker.port}/metrics`)).text();

    expect(test.sink.sessions[0]?.streamKey).toBe(MUX_KEY);
    const closes = await Promise.all(sockets.map(({ closed }) => closed));
    const said = sockets.flatMap((socket) => socket.said.filter(({ type }) => type !== 'welcome'));
    const places = {
      log: test.lines.join('\n'),
      children: children.map((child) => child.arguments + child.environment).join('\n'),
      closes: closes.map(({ text }) => text).join('\n'),
      said: JSON.stringify(said),
      table: JSON.stringify([...test.memory.leases.values(), ...test.memory.released]),
      metrics,
    };
    expect(places.children).toContain('pipe:0');
    const random = [resumeToken, another].map((token) => token.split('.')[1] ?? token);
    const secrets = [MUX_KEY, ...keys, resumeToken, another, ...random];
    for (const [place, text] of Object.entries(places)) {
      expect(text.length, place).toBeGreaterThan(20);
      for (const secret of secrets) expect(text.includes(secret), `${secret} in ${place}`).toBe(false);
      expect(text, place).not.toContain(`${test.worker.port}/stream/live/`);
    }
  },
);
