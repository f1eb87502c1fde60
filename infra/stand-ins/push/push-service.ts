import { createDecipheriv, createECDH, hkdfSync, randomBytes } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A notice as the push service got it, and as its browser would read it. */
export type Received = { path: string; headers: IncomingHttpHeaders; text: string };
type Answer = { status: number; retryAfter?: string };

/** The most that a push service must take (RFC 8030). */
const MOST_BYTES = 4_096;

/**
 * A push service on loopback with browsers of its own: takes what is sent to them (RFC 8030), and decrypts it with their keys
 * (RFC 8291, RFC 8188), as written in the standards and with no help of the library that encrypts.
 */
export const startPushService = async () => {
  const received: Received[] = [];
  const browsers = new Map<string, ReturnType<typeof newBrowser>>();
  const answers = new Map<string, Answer[]>();

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= MOST_BYTES) chunks.push(chunk);
    });
    request.on('end', () => {
      const path = request.url ?? '';
      const browser = browsers.get(path);
      const queue = answers.get(path);
      const wanted = (queue && queue.length > 1 ? queue.shift() : queue?.[0]) ?? { status: browser ? 201 : 404 };
      const status = bytes > MOST_BYTES ? 413 : wanted.status;
      if (browser && status === 201)
        received.push({ path, headers: request.headers, text: browser.decrypt(Buffer.concat(chunks)) });
      response.writeHead(status, wanted.retryAfter === undefined ? {} : { 'retry-after': wanted.retryAfter });
      response.end();
    });
  });
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a server that listens on TCP has such an address
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;

  return {
    origin,
    received,
    /** A browser that subscribes: what it gives to the page. */
    subscribe: () => {
      const path = `/push/${randomBytes(16).toString('base64url')}`;
      const browser = newBrowser();
      browsers.set(path, browser);
      return { path, endpoint: `${origin}${path}`, keys: browser.keys };
    },
    /** How the next notices to a browser are answered, the last of these from then on. */
    answer: (path: string, ...all: Answer[]) => void answers.set(path, all),
    close: () =>
      new Promise<void>((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
};

const newBrowser = () => {
  const ecdh = createECDH('prime256v1');
  const publicKey = ecdh.generateKeys();
  const auth = randomBytes(16);
  return {
    keys: { p256dh: publicKey.toString('base64url'), auth: auth.toString('base64url') },

    decrypt: (body: Buffer): string => {
      // RFC 8188: salt, record size, length of the key's id, which here is the sender's public key
      const salt = body.subarray(0, 16);
      const idLength = body.readUInt8(20);
      const senderKey = body.subarray(21, 21 + idLength);
      const record = body.subarray(21 + idLength);
      const shared = ecdh.computeSecret(senderKey);
      const info = Buffer.concat([Buffer.from('WebPush: info\0'), publicKey, senderKey]);
      const input = Buffer.from(hkdfSync('sha256', shared, auth, info, 32));
      const key = Buffer.from(hkdfSync('sha256', input, salt, 'Content-Encoding: aes128gcm\0', 16));
      const nonce = Buffer.from(hkdfSync('sha256', input, salt, 'Content-Encoding: nonce\0', 12));
      const decipher = createDecipheriv('aes-128-gcm', key, nonce);
      decipher.setAuthTag(record.subarray(-16));
      const padded = Buffer.concat([decipher.update(record.subarray(0, -16)), decipher.final()]);
      // the last record ends with 2 and zeros
      return padded.subarray(0, padded.lastIndexOf(2)).toString();
    },
  };
};
