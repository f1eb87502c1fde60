import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '#stand-ins/free-port';
import { createFlvReader } from '../media/flv-reader.ts';
import { createAuthority } from './sink/authority.testing.ts';
import type { FlvTag } from '../media/flv-tag.ts';

/** An RTMP server that is not ours, and what it has written down of what it was sent. */
export type Server = {
  url: string;
  ca: string | undefined;
  /** The tags of the newest recording of this key, as far as they have reached the disk. */
  recording(streamKey: string): Promise<FlvTag[]>;
  stop(): Promise<void>;
};

const READY_MS = 15_000;
const RETRY_MS = 25;
const ENV = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin` };

/** node-media-server, as its command line would run it: it keeps its state in one process-wide place. */
export const startNodeMediaServer = async ({ refuses = false } = {}): Promise<Server> => {
  const directory = await makeDirectory();
  const { ca, cert, key } = await createAuthority();
  const [port, plainPort] = [await freePort(), await freePort()];
  await writeFile(join(directory, 'cert.pem'), cert);
  await writeFile(join(directory, 'key.pem'), key);
  const config = {
    bind: '127.0.0.1',
    rtmp: { port: plainPort },
    rtmps: { port, cert: join(directory, 'cert.pem'), key: join(directory, 'key.pem') },
    record: { path: join(directory, 'media') },
    store: { path: join(directory, 'store') },
    ...(refuses ? { auth: { publish: true, secret: 'unknown' } } : {}),
  };
  const main = `const Server = require(${JSON.stringify(createRequire(import.meta.url).resolve('node-media-server'))});
    new Server(${JSON.stringify(config)}).run();`;
  const child = spawn(process.execPath, ['-e', main], { cwd: directory, stdio: 'ignore' });
  await untilListening(port, child);
  return {
    url: `rtmps://localhost:${port}/app`,
    ca,
    recording: (streamKey) => readNewest(join(directory, 'media', 'app', streamKey)),
    stop: () => end(child, directory),
  };
};

/** nginx with the RTMP module, behind its own TLS proxy: how such a server stands on the internet. */
export const startNginx = async ({ refuses = false } = {}): Promise<Server> => {
  const directory = await makeDirectory();
  const { ca, cert, key } = await createAuthority();
  const [port, plainPort, callbackPort] = [await freePort(), await freePort(), await freePort()];
  await mkdir(join(directory, 'media'));
  await writeFile(join(directory, 'cert.pem'), cert);
  await writeFile(join(directory, 'key.pem'), key);
  const asRoot = process.getuid?.() === 0 ? 'user root;' : '';
  await writeFile(
    join(directory, 'nginx.conf'),
    `load_module /usr/lib/nginx/modules/ngx_stream_module.so;
load_module /usr/lib/nginx/modules/ngx_rtmp_module.so;
${asRoot}
daemon off;
worker_processes 1;
pid ${directory}/pid;
error_log ${directory}/error.log warn;
events { worker_connections 64; }
rtmp { server { listen 127.0.0.1:${plainPort}; chunk_size 4096; application app {
  live on; record all; record_path ${directory}/media; record_unique on;
  ${refuses ? `on_publish http://127.0.0.1:${callbackPort}/;` : ''}
} } }
http { access_log off; client_body_temp_path ${directory}; proxy_temp_path ${directory}; fastcgi_temp_path ${directory};
  uwsgi_temp_path ${directory}; scgi_temp_path ${directory};
  server { listen 127.0.0.1:${callbackPort}; return 403; } }
stream { server { listen 127.0.0.1:${port} ssl; ssl_certificate ${directory}/cert.pem; ssl_certificate_key ${directory}/key.pem;
  proxy_pass 127.0.0.1:${plainPort}; } }
`,
  );
  const child = spawn(
    'nginx',
    ['-p', directory, '-c', join(directory, 'nginx.conf'), '-e', join(directory, 'start.log')],
    {
      env: ENV,
      stdio: 'ignore',
    },
  );
  await untilListening(port, child).catch(async (cause: unknown) => {
    throw new Error(
      `nginx with its RTMP and stream modules is needed: apt-get install nginx libnginx-mod-rtmp libnginx-mod-stream. ${await readFile(join(directory, 'start.log'), 'utf8').catch(() => '')}`,
      { cause },
    );
  });
  return {
    url: `rtmps://localhost:${port}/app`,
    ca,
    recording: (streamKey) => readNewest(join(directory, 'media'), streamKey),
    stop: () => end(child, directory),
  };
};

/** FFmpeg's own listener: takes one connection, and has to be told the key beforehand. No TLS. */
export const startFfmpegListener = async ({ streamKey }: { streamKey: string }): Promise<Server> => {
  const directory = await makeDirectory();
  const port = await freePort();
  const url = `rtmp://127.0.0.1:${port}/app`;
  const output = ['-copyts', '-c', 'copy', '-f', 'flv', join(directory, 'received.flv')];
  const child = spawn('ffmpeg', ['-loglevel', 'error', '-listen', '1', '-i', `${url}/${streamKey}`, ...output], {
    stdio: 'ignore',
  });
  // It serves its first connection and no other, so a trial one would use it up.
  await untilBound(port, child);
  return { url, ca: undefined, recording: () => readNewest(directory), stop: () => end(child, directory) };
};

/** Real media: what FFmpeg makes of a file, as tags. */
export const readTags = async (...input: string[]): Promise<FlvTag[]> => {
  const args = ['-loglevel', 'error', ...input, '-c', 'copy', '-f', 'flv', '-flvflags', 'no_duration_filesize'];
  const child = spawn('ffmpeg', [...args, 'pipe:1'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const tags: FlvTag[] = [];
  const reader = createFlvReader((tag) => tags.push(tag));
  for await (const bytes of child.stdout) if (Buffer.isBuffer(bytes)) reader.push(bytes);
  return tags;
};

const makeDirectory = (): Promise<string> => mkdtemp(join(tmpdir(), 'vybzz-rtmp-'));

const untilListening = (port: number, child: ChildProcess): Promise<void> =>
  retry(
    child,
    () =>
      new Promise<boolean>((resolve) => {
        const socket = connect(port, '127.0.0.1');
        socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
        socket.once('connect', () => socket.destroy());
      }),
  );

const LISTENING = '0A';

/** Looks the port up among the kernel's listening sockets, without a connection. */
const untilBound = (port: number, child: ChildProcess): Promise<void> =>
  retry(child, async () => {
    const hex = port.toString(16).toUpperCase().padStart(4, '0');
    const table = await readFile('/proc/net/tcp', 'utf8');
    return table.split('\n').some((line) => {
      const [, local = '', , state] = line.trim().split(/\s+/);
      return local.endsWith(`:${hex}`) && state === LISTENING;
    });
  });

const retry = async (child: ChildProcess, holds: () => Promise<boolean>): Promise<void> => {
  let failure: Error | undefined;
  child.once('error', (error) => {
    failure = error;
  });
  const deadline = performance.now() + READY_MS;
  while (!(await holds())) {
    failure ??= child.exitCode === null ? undefined : new Error(`it ended with ${child.exitCode}`);
    if (failure !== undefined) throw failure;
    if (performance.now() > deadline) throw new Error('it does not listen');
    await new Promise((resolve) => {
      setTimeout(resolve, RETRY_MS);
    });
  }
};

const end = async (child: ChildProcess, directory: string): Promise<void> => {
  if (child.exitCode === null && child.signalCode === null) {
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const hard = setTimeout(() => child.kill('SIGKILL'), 3_000);
    await exited;
    clearTimeout(hard);
  }
  await rm(directory, { recursive: true, force: true, maxRetries: 3 });
};

const readNewest = async (directory: string, prefix = ''): Promise<FlvTag[]> => {
  const names = await readdir(directory).catch(() => []);
  const newest = names
    .filter((name) => name.endsWith('.flv') && name.startsWith(prefix))
    .sort()
    .at(-1);
  if (newest === undefined) return [];
  const tags: FlvTag[] = [];
  createFlvReader((tag) => tags.push(tag)).push(await readFile(join(directory, newest)));
  return tags;
};
