import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openUploads } from '#stand-ins/uploads/uploads';

const BUCKET = 'uploads';

/** The bucket that stands in for S3 locally, as a server of its own: every signature and policy is checked. */
export const openTestBucket = async (clock: () => Date) => {
  const dir = await mkdtemp(join(tmpdir(), 'vybzz-bucket-'));
  const uploads = openUploads({
    dir,
    bucket: BUCKET,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    now: () => clock().getTime(),
  });
  let away = false;
  const server = createServer((request, response) => {
    const url = request.url ?? '/';
    if (away) response.writeHead(503).end();
    else if (url.startsWith('/media/')) void uploads.serve(request, response, url);
    else void uploads.bucket(request, response, url);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    environment: { UPLOADS_BUCKET: BUCKET, UPLOADS_URL: `${origin}/${BUCKET}` },
    /** It answers nothing of use until this is called again with false. */
    fail: (failing: boolean) => {
      away = failing;
    },
    /** The file under a URL of a post, whatever origin that names, as its viewers get it. */
    fetchMedia: (mediaUrl: string, headers: Record<string, string> = {}) =>
      fetch(origin + new URL(mediaUrl).pathname, { headers }),
    close: async () => {
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      await closed;
      await rm(dir, { recursive: true, force: true });
    },
  };
};

/** Sends a file with its form, as a browser does. */
export const sendForm = (
  { url, fields }: { url: string; fields: Record<string, string> },
  file: Uint8Array<ArrayBuffer> | string,
): Promise<Response> => {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append('file', new Blob([file]), 'file');
  return fetch(url, { method: 'POST', body: form });
};
