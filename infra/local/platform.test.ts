import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { dataDirectory, findOnPath } from './machine.mjs';
import { until } from '#stand-ins/until';
import { makePlace, runCommand, startCommand } from './platform.testing.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

const place = async () => {
  const made = await makePlace();
  cleanups.push(made.remove);
  return made;
};

const start = async (environment: Record<string, string>, args: string[] = []) => {
  const platform = await startCommand(environment, args);
  cleanups.push(async () => platform.kill('SIGTERM'));
  return platform;
};

/** Everything that still runs and was started by this process or one of its children. */
const childrenOf = async (pid: number): Promise<number[]> => {
  const found: number[] = [];
  for (const entry of await readdir('/proc').catch(() => [])) {
    const status = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '');
    const parent = Number(/^\d+ \(.*\) \S (\d+) /.exec(status)?.[1]);
    if (parent === pid) found.push(Number(entry), ...(await childrenOf(Number(entry))));
  }
  return found;
};

/** A process that has ended but that nobody has asked about (state Z) is not alive. */
const alive = async (pid: number): Promise<boolean> => {
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return status !== '' && !/^\d+ \(.*\) Z/.test(status);
};

/** Until none of them is left: what hears of our end by a closed pipe takes a moment. */
const allGone = (pids: number[]) =>
  until('the end of every child', async () => !(await Promise.all(pids.map(alive))).includes(true), {
    withinMs: 2_000,
  });

type Service = { name: string; healthy: boolean; because?: string };
const services = async (origin: string): Promise<Service[]> => {
  const health = (await (await fetch(`${origin}/healthz?all`)).json()) as { services: Service[] };
  return health.services;
};

const signedIn = async (environment: Record<string, string>, login: string) => {
  const { code, said } = await runCommand('token.mjs', [login], environment);
  expect(code, said).toBe(0);
  return async (method: string, path: string, body?: object) => {
    const answer = await fetch(`http://localhost:${environment['PORT']}${path}`, {
      method,
      headers: { authorization: `Bearer ${said.trim()}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: (await answer.json().catch(() => undefined)) as Record<string, any> };
  };
};

/** Some start the whole platform three times, each start some seconds of one core. */
const STARTS_MS = 120_000;

describe('npm start', { timeout: STARTS_MS }, () => {
  it('runs every part, tells its state, stops within 5 s and leaves no process', async () => {
    const { environment, dataDir } = await place();
    const platform = await start(environment);
    expect(platform.endedWith, platform.said()).toBeUndefined();
    expect(platform.said()).toContain(`Vybzz runs at  ${platform.origin}`);
    expect(platform.said()).toContain(dataDir);
    expect((await services(platform.origin)).map(({ name, healthy }) => [name, healthy])).toEqual(
      ['table', 'identity', 'mux', 'worker', 'gateway'].map((name) => [name, true]),
    );
    const status = await runCommand('status.mjs', [], environment);
    expect(status).toMatchObject({ code: 0, said: expect.stringMatching(/✓ worker/) });
    for (const login of ['asha', 'bilal', 'chen'])
      expect((await fetch(`${platform.origin}/users/${login}`)).status, login).toBe(200);

    const children = await childrenOf(platform.pid);
    expect(children.length).toBeGreaterThan(0);
    const asked = Date.now();
    expect(await platform.kill('SIGINT'), platform.said()).toBe(0);
    expect(Date.now() - asked).toBeLessThan(5_000);
    await allGone(children);
    expect((await runCommand('status.mjs', [], environment)).code).toBe(1);
  });

  it('keeps what it said was saved through kill -9 and the next start, and --fresh empties it', async () => {
    const { environment } = await place();
    const first = await start(environment);
    const asha = await signedIn(environment, 'asha');
    expect((await asha('GET', '/auth/session')).status).toBe(200);
    expect(await asha('PATCH', '/users/me', { bio: 'kept' })).toMatchObject({ status: 200 });
    // Calls with a body, without one, and with a method that seldom has one: the adapter treats each differently.
    const chen = await signedIn(environment, 'chen');
    for (const method of ['PUT', 'DELETE', 'PUT'])
      expect((await chen(method, '/users/asha/follow')).status).toBeLessThan(300);
    const children = await childrenOf(first.pid);
    await first.kill('SIGKILL');
    await allGone(children);

    const second = await start(environment);
    expect(second.endedWith, second.said()).toBeUndefined();
    // The token was signed by a key that the restart kept.
    expect(await asha('GET', '/users/me')).toMatchObject({ status: 200, body: { bio: 'kept' } });
    await second.kill('SIGTERM');

    await start(environment, ['--fresh']);
    const anew = await signedIn(environment, 'asha');
    expect((await anew('GET', '/auth/session')).body['user'].bio).toBeUndefined();
  });

  it('starts the worker again when it is killed, and says so meanwhile', async () => {
    const { environment } = await place();
    const platform = await start(environment);
    const worker = await until('the worker to be there', async () => {
      for (const pid of await childrenOf(platform.pid))
        if ((await readFile(`/proc/${pid}/cmdline`, 'utf8')).includes('worker-launcher')) return pid;
      return undefined;
    });
    process.kill(worker, 'SIGKILL');
    const down = await until('the worker to be missed', async () =>
      (await services(platform.origin)).find(({ name, healthy }) => name === 'worker' && !healthy),
    );
    expect(down.because).toBe('is not reachable');
    await until('another worker', async () =>
      (await services(platform.origin)).find(({ name, healthy }) => name === 'worker' && healthy),
    );
  });

  it('refuses a port in use with one sentence, and starts nothing', async () => {
    const { environment, dataDir } = await place();
    const server = createServer().listen(Number(environment['MUX_PORT']), '127.0.0.1');
    await once(server, 'listening');
    cleanups.push(async () => server.close());
    const platform = await start(environment);
    expect(platform.endedWith).toBe(1);
    expect(platform.said().trim()).toBe(
      `✗ Port ${environment['MUX_PORT']} (the Mux stand-in) is in use. End what listens there, or choose another: MUX_PORT=${Number(environment['MUX_PORT']) + 10_000} npm start`,
    );
    expect(await readdir(dataDir)).toEqual([]);
  });

  it('leaves data of a newer version alone', async () => {
    const { environment, dataDir } = await place();
    await start(environment).then((platform) => platform.kill('SIGTERM'));
    const path = join(dataDir, 'secrets.json');
    const secrets = JSON.parse(await readFile(path, 'utf8')) as object;
    await writeFile(path, JSON.stringify({ ...secrets, version: 99 }));
    const platform = await start(environment);
    expect(platform.endedWith).toBe(1);
    expect(platform.said()).toContain('is of a newer Vybzz (format 99');
    expect((JSON.parse(await readFile(path, 'utf8')) as { version: number }).version).toBe(99);
  });

  it('refuses a second start on the same data', async () => {
    const { environment } = await place();
    const first = await start(environment);
    const second = await start(environment);
    expect(second.endedWith).toBe(1);
    expect(second.said()).toContain(`Vybzz already runs on`);
    expect(await fetch(`${first.origin}/healthz`).then((answer) => answer.status)).toBe(200);
  });

  it('refuses a data folder that cannot be written', async () => {
    const { environment, dataDir } = await place();
    await writeFile(join(dataDir, 'file'), '');
    const platform = await start({ ...environment, DATA_DIR: join(dataDir, 'file') });
    expect(platform.endedWith).toBe(1);
    expect(platform.said()).toMatch(/^✗ The data folder .* cannot be written/m);
  });

  it('empties no folder that is not ours, and takes none that holds the clone', async () => {
    const { environment, dataDir } = await place();
    await writeFile(join(dataDir, 'thesis.txt'), 'years of work');
    expect(await runCommand('start.mjs', ['--fresh'], environment)).toMatchObject({
      code: 1,
      said: expect.stringMatching(/^\n✗ --fresh would empty .* holds no data of Vybzz/),
    });
    expect(await readdir(dataDir)).toEqual(['thesis.txt']);
    for (const folder of ['.', '/'])
      expect(await runCommand('start.mjs', ['--fresh'], { ...environment, DATA_DIR: folder })).toMatchObject({
        code: 1,
        said: expect.stringContaining('which holds this clone'),
      });
    expect(dataDirectory({ DATA_DIR: '' })).toBe(dataDirectory({}));
  });

  it.each([
    [['--frsh'], {}, '✗ There is no --frsh: npm start -- --help\n'],
    [[], { npm_config_fresh: 'true' }, '✗ For --fresh type: npm start -- --fresh\n'],
  ])('says so where it was told what it does not know: %j %j', async (args, told, said) => {
    const { environment } = await place();
    expect(await runCommand('start.mjs', args, { ...environment, ...told })).toEqual({ code: 2, said });
  });
});

describe('every command', () => {
  it.each([
    ['doctor.mjs', ['--jsno'], '✗ There is no --jsno: npm run doctor -- --help\n'],
    ['status.mjs', ['--json=1'], '✗ There is no --json: npm run -s status -- --help\n'],
    ['token.mjs', ['asha', 'bilal'], '✗ There is no bilal: npm run -s token -- --help\n'],
    ['test.mjs', ['--watch'], '✗ There is no --watch: npm test -- --help\n'],
  ])('%s says so where it was told what it does not know: %j', async (command, args, said) => {
    const { environment } = await place();
    expect(await runCommand(command, args, environment)).toEqual({ code: 2, said });
  });

  it.each(['start.mjs', 'doctor.mjs', 'status.mjs', 'token.mjs', 'test.mjs'])('%s has its help', async (command) => {
    const { environment } = await place();
    expect(await runCommand(command, ['--help'], environment)).toMatchObject({
      code: 0,
      said: expect.stringMatching(/^npm /),
    });
  });
});

describe('npm run doctor', () => {
  /** A PATH with these programs only. */
  const pathWith = async (names: string[]) => {
    const folder = await mkdtemp(join(tmpdir(), 'vybzz-path-'));
    cleanups.push(() => rm(folder, { recursive: true }));
    for (const name of names) await symlink((await findOnPath([name])) ?? '', join(folder, name));
    return folder;
  };

  it('is content with a machine that has everything', async () => {
    const { environment } = await place();
    expect(await runCommand('doctor.mjs', [], environment)).toMatchObject({
      code: 0,
      said: expect.stringContaining('This machine can run Vybzz'),
    });
  });

  it('says what to type on a machine without FFmpeg', async () => {
    const { environment } = await place();
    const { code, said } = await runCommand('doctor.mjs', [], { ...environment, PATH: await pathWith([]) });
    expect(code).toBe(1);
    expect(said).toContain('✗ FFmpeg is not installed.\n    Install FFmpeg 5.1 or newer with libx264');
  });

  it('names the codecs that a poor FFmpeg lacks', async () => {
    const { environment } = await place();
    const folder = await mkdtemp(join(tmpdir(), 'vybzz-ffmpeg-'));
    cleanups.push(() => rm(folder, { recursive: true }));
    await mkdir(folder, { recursive: true });
    const poor = join(folder, 'ffmpeg');
    await writeFile(poor, '#!/bin/sh\n[ "$2" = -version ] && echo "ffmpeg version 6.0" || echo " V....D vp8 x"\n', {
      mode: 0o755,
    });
    const { code, said } = await runCommand('doctor.mjs', [], { ...environment, FFMPEG_PATH: poor });
    expect(code).toBe(1);
    expect(said).toMatch(/✗ FFmpeg at .* lacks libx264, aac, vp9, opus, h264\./);
  });

  it.each([
    ['/nowhere/ffmpeg', '✗ FFMPEG_PATH is /nowhere/ffmpeg: no program.'],
    [process.execPath, `✗ FFmpeg at ${process.execPath} does not run: `],
  ])('sends whoever has misnamed FFmpeg to the name, not to a package manager: %s', async (path, words) => {
    const { environment } = await place();
    const misnamed = { ...environment, FFMPEG_PATH: path };
    const mend = 'Correct FFMPEG_PATH, or unset it for the one on the PATH.';
    const { said } = await runCommand('doctor.mjs', [], misnamed);
    expect(said).toContain(words);
    expect(said).toContain(`\n    ${mend}\n`);
    expect(await runCommand('start.mjs', [], misnamed)).toMatchObject({ code: 1, said: expect.stringContaining(mend) });
  });

  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses?.map(({ address }) => address));
  it.each(['127.0.0.1', '::1'].filter((address) => own.includes(address)))(
    'names a port that is taken on %s and how to move it',
    async (address) => {
      const { environment } = await place();
      const server = createServer().listen(Number(environment['PORT']), address);
      await once(server, 'listening');
      cleanups.push(async () => server.close());
      const { code, said } = await runCommand('doctor.mjs', [], environment);
      expect(code).toBe(1);
      expect(said).toContain(`✗ Port ${environment['PORT']} (the web app and API) is in use.`);
    },
  );
});
