import { createServer, request as send } from 'node:http';
import { once } from 'node:events';
import { answersTo, MISDIRECTED } from '#stand-ins/hosts';
import { startTable } from '#stand-ins/table/server';
import { asked, EVERYWHERE, say } from './environment.ts';
import { startSecretsManager } from './secrets-manager.ts';

/**
 * What stands in for LocalStack where its image cannot be had: the embedded table and a small Secrets Manager behind the one
 * port, and the health that localstack.yml asks for.
 */
const PORT = 4566;

/** What the other containers call it, after localstack.yml. */
const isForUs = answersTo(['localstack', 's3.localhost.localstack.cloud']);

const table = await startTable({ port: 0, log: say });
const secretsManager = await startSecretsManager();

const server = createServer((request, response) => {
  if (!isForUs(request.headers.host)) {
    response.writeHead(MISDIRECTED).end();
    return;
  }
  if (request.url === '/_localstack/health') {
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ services: { dynamodb: 'running', secretsmanager: 'running' } }));
    return;
  }
  const isSecret = String(request.headers['x-amz-target']).startsWith('secretsmanager.');
  const target = isSecret ? secretsManager.url : table.url;
  const onward = send(
    target,
    { method: 'POST', headers: { ...request.headers, host: new URL(target).host } },
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
