import { Agent as PlainAgent, request as plainRequest } from 'node:http';
import { Agent, request } from 'node:https';
import { SignatureV4 } from '@smithy/signature-v4';

/** The way to open sockets. */
export type Sockets = { post(connectionId: string, text: string): Promise<'sent' | 'gone'> };

type Signing = ConstructorParameters<typeof SignatureV4>[0];
type Parts = Pick<Signing, 'credentials' | 'region' | 'sha256'> & {
  /** The stage's own address, as API Gateway gives it for `@connections`. */
  endpoint: string;
  clock: () => Date;
};

/** A socket's owner waits for no push. */
const PATIENCE_MS = 2_000;
/** Kept open between posts: as many as are told at a time. */
const CONNECTIONS = 64;

/**
 * Sockets that an API Gateway WebSocket API holds. Without its SDK, which takes 1.8 ms of CPU for a post where this takes 0.3: a Lambda
 * tells thousands in a second (infra/decisions/signed-by-hand.md).
 */
export const createSockets = ({
  endpoint,
  credentials,
  region,
  sha256,
  clock,
}: Parts): Sockets & { close: () => void } => {
  const signer = new SignatureV4({ credentials, region, sha256, service: 'execute-api' });
  const { protocol, host, hostname, port, pathname } = new URL(endpoint);
  const isPlain = protocol === 'http:';
  const options = { keepAlive: true, maxSockets: CONNECTIONS };
  const agent = isPlain ? new PlainAgent(options) : new Agent(options);
  const send = isPlain ? plainRequest : request;

  const status = (path: string, headers: Record<string, string>, text: string): Promise<number> =>
    new Promise((resolve, reject) => {
      const posting = send(
        { protocol, hostname, port, path, method: 'POST', agent, headers, timeout: PATIENCE_MS },
        (answer) => {
          answer.on('error', reject);
          answer.once('end', () => resolve(answer.statusCode ?? 0));
          answer.resume();
        },
      );
      posting.once('timeout', () => posting.destroy(new Error('a push was not answered in time')));
      posting.once('error', reject);
      posting.end(text);
    });

  /** A text goes to thousands, one after the other: what it weighs and its checksum are reckoned once. */
  let latest: { text: string; bytes: number; checksum: string } | undefined;
  const measured = async (text: string) => {
    if (latest?.text === text) return latest;
    const hash = new sha256();
    hash.update(text);
    latest = { text, bytes: Buffer.byteLength(text), checksum: Buffer.from(await hash.digest()).toString('hex') };
    return latest;
  };

  return {
    post: async (connectionId, text) => {
      const { bytes, checksum } = await measured(text);
      const path = `${pathname.replace(/\/$/, '')}/@connections/${encodeURIComponent(connectionId)}`;
      const signed = await signer.sign(
        {
          method: 'POST',
          protocol,
          hostname,
          path,
          headers: { host, 'content-type': 'application/octet-stream', 'x-amz-content-sha256': checksum },
        },
        { signingDate: clock() },
      );
      const answered = await status(path, { ...signed.headers, 'content-length': String(bytes) }, text);
      if (answered === 410) return 'gone';
      if (answered !== 200) throw new Error(`the WebSocket API answered ${answered}`);
      return 'sent';
    },
    close: () => agent.destroy(),
  };
};
