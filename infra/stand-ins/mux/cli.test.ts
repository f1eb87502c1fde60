import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { emptyDir, PUBLIC, startReceiver, startTestMux, TOKEN } from './mux.testing.ts';

const MUX = fileURLToPath(new URL('../../../node_modules/.bin/mux', import.meta.url));
const run = promisify(execFile);

/** Mux's own command line, pointed at the stand-in, with a home of its own. */
const startCli = async () => {
  const mux = await startTestMux();
  const home = await emptyDir();
  const env = {
    PATH: process.env['PATH'],
    HOME: home,
    MUX_BASE_URL: mux.url,
    MUX_TOKEN_ID: TOKEN.id,
    MUX_TOKEN_SECRET: TOKEN.secret,
  };
  const cli = async (words: string): Promise<string> => (await run(MUX, words.split(' '), { env })).stdout;
  return { ...mux, home, cli };
};

describe("Mux's own command line", () => {
  it('knows who it is, and manages live streams', async () => {
    const { cli, sdk, url } = await startCli();
    expect(await cli('whoami')).toContain(url);
    const { id } = await sdk.video.liveStreams.create({ ...PUBLIC, passthrough: 'by sdk' });
    expect(await cli('live list')).toContain(id);
    await cli(`live disable ${id}`);
    expect((await sdk.video.liveStreams.retrieve(id)).status).toBe('disabled');
    expect(JSON.parse(await cli(`live get ${id} --json`))).toMatchObject({ id, status: 'disabled' });
  });

  it('sends events that it made itself, signed, to where webhooks go', async () => {
    const { cli, home, sdk } = await startCli();
    const receiver = await startReceiver();
    await cli(`webhooks trigger video.live_stream.active --forward-to ${receiver.url}`);
    const [{ body, headers } = { body: '', headers: {} }] = receiver.received;
    const secret = (await readFile(join(home, '.local/share/mux/webhook-signing-secret-local'), 'utf8')).trim();
    await expect(sdk.webhooks.unwrap(body, headers, secret)).resolves.toMatchObject({
      type: 'video.live_stream.active',
    });
  });
});
