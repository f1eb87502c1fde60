import { createServer, request as send } from 'node:http';
import { once } from 'node:events';
import { startTable } from '#stand-ins/table/server';
import { asked, EVERYWHERE, say } from './environment.ts';
import { startSecretsManager } from './secrets-manager.ts';

/**
 * What stands in for LocalStack where its image cannot be had: the embedded table and a small Secrets Manager behind the one
 * port, and the health that localstack.yml asks for.
 */
const PORT = 4566;

const table = await startTable({ port: 0, log: say });
const secretsManager = await startSecretsManager();

const server = createServer((request, response) => {
  if (request.url === '/_localstack/health') {
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ services: { dynamodb: 'running', secretsmanager: 'running' } }));
    return;
  }
  const isSecret = String(request.headers['x-amz-target']).startsWith('secretsmanager.');
  const onward = send(
    isSecret ? secretsManager.url : table.url,
    { method: 'POST', headers: request.headers },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    },
  );
  onward.on('error', () => response.destroy());
  request.pipe(onward);
});
server.listen(PORT, EVERYWHERE);
await once(server, 'listening');
say(`DynamoDB and Secrets Manager on :${PORT}`);
await asked();
server.closeAllConnections();
server.close();
await secretsManager.close();
await table.close();
process.exit(0);
