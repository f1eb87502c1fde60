/**
 * Records what RTMP servers say to one that publishes, as seeds for the fuzzing of the client: node-media-server, nginx-rtmp
 * and FFmpeg's listener.
 *
 *   node --import tsx infra/checks/recordings/record-rtmp.ts ingest-worker/fixtures/rtmp-servers.json
 */
import { writeFile } from 'node:fs/promises';
import { connect as connectTcp, createServer as createTcpServer, type Socket } from 'node:net';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';
import { makePublisher, makeTags, STREAM_KEY } from '../../../ingest-worker/publish/publisher.testing.ts';
import { createRtmpsPublishers } from '../../../ingest-worker/publish/rtmps-publisher.ts';
import {
  startFfmpegListener,
  startNginx,
  startNodeMediaServer,
  type Server,
} from '../../../ingest-worker/publish/servers.testing.ts';
import { createAuthority } from '../../../ingest-worker/publish/sink/authority.testing.ts';

const [out] = process.argv.slice(2);
if (out === undefined) {
  console.error('usage: record-rtmp.ts FILE');
  process.exit(2);
}

/** Publishes a little through a proxy of ours, which alone sees behind the TLS. */
const record = async (server: Server): Promise<Buffer> => {
  const { hostname, port, protocol } = new URL(server.url.replace(/^rtmp/, 'http'));
  const said: Buffer[] = [];
  const pass = (near: Socket): void => {
    const to = { host: hostname, port: Number(port) };
    const far = protocol === 'https:' ? connectTls({ ...to, ca: server.ca, servername: hostname }) : connectTcp(to);
    far.on('data', (bytes: Buffer) => said.push(bytes));
    for (const end of [near, far]) end.on('error', () => undefined);
    near.pipe(far);
    far.pipe(near);
  };
  const authority = await createAuthority();
  const proxy = protocol === 'https:' ? createTlsServer(authority, pass) : createTcpServer(pass);
  await new Promise<void>((resolve) => {
    proxy.listen(0, '127.0.0.1', resolve);
  });
  const address = proxy.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  const url = server.url.replace(/\/\/[^/]+/, `//localhost:${address.port}`);
  const { publisher } = makePublisher(createRtmpsPublishers(), {
    url,
    ca: protocol === 'https:' ? authority.ca : undefined,
  });
  const opened = await publisher.connect();
  if (opened.connected) for (const tag of makeTags({ frames: 200 })) publisher.send(tag);
  // A refusal is recorded, too.
  await publisher.close();
  proxy.close();
  await server.stop();
  return Buffer.concat(said);
};

const servers = {
  'node-media-server': startNodeMediaServer,
  'node-media-server, refusing': () => startNodeMediaServer({ refuses: true }),
  'nginx-rtmp': startNginx,
  'nginx-rtmp, refusing': () => startNginx({ refuses: true }),
  'ffmpeg -listen': () => startFfmpegListener({ streamKey: STREAM_KEY }),
};
const recorded: Record<string, string> = {};
for (const [name, start] of Object.entries(servers)) {
  const bytes = await record(await start());
  recorded[name] = bytes.toString('base64');
  console.log(`${name}: ${bytes.length} bytes`);
}
await writeFile(out, `${JSON.stringify(recorded, null, 2)}\n`);
process.exit(0);
