import { createServer, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import * as z from 'zod';

const Call = z.object({
  Name: z.string().optional(),
  SecretId: z.string().optional(),
  SecretString: z.string().optional(),
});
const BODY_BYTES = 256 * 1024;

const readBody = async (request: IncomingMessage): Promise<string> => {
  let body = '';
  for await (const part of request) {
    body += String(part);
    if (body.length > BODY_BYTES) throw new Error('too long');
  }
  return body;
};

/** Secrets Manager as far as Vybzz calls it: make, read, write. In memory: what it held is made again at the next start. */
export const startSecretsManager = async ({ port = 0 }: { port?: number } = {}) => {
  const secrets = new Map<string, string>();

  const answer = (operation: string, call: z.infer<typeof Call>): [status: number, body: object] => {
    const name = call.Name ?? call.SecretId ?? '';
    const known = secrets.get(name);
    const facts = { ARN: name, Name: name, VersionId: '00000000-0000-0000-0000-000000000000' };
    switch (operation) {
      case 'CreateSecret':
        if (known !== undefined) return [400, { __type: 'ResourceExistsException', message: 'It is there already.' }];
        secrets.set(name, call.SecretString ?? '');
        return [200, facts];
      case 'PutSecretValue':
      case 'GetSecretValue':
        if (known === undefined)
          return [400, { __type: 'ResourceNotFoundException', message: 'There is no such secret.' }];
        if (operation === 'GetSecretValue') return [200, { ...facts, SecretString: known }];
        secrets.set(name, call.SecretString ?? '');
        return [200, facts];
      default:
        return [400, { __type: 'UnknownOperationException', message: operation }];
    }
  };

  const server = createServer((request, response) => {
    const operation = String(request.headers['x-amz-target']).replace(/^secretsmanager\./, '');
    void readBody(request)
      .then((body) => answer(operation, Call.parse(JSON.parse(body))))
      .catch((): [number, object] => [400, { __type: 'ValidationException', message: 'That cannot be read.' }])
      .then(([status, body]) =>
        response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body)),
      );
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : port}`,
    secrets,
    close: async (): Promise<void> => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
};
