import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { refuseUpgrade } from './refuse-upgrade.ts';

const WORKER_CONNECT_MS = 3_000;

/** Hands a socket to the worker byte for byte, as a load balancer does; 503 where the worker is away. */
export const passToWorker = (workerPort: number, request: IncomingMessage, socket: Duplex, head: Buffer): void => {
  const upstream = connect({ port: workerPort, host: '127.0.0.1', timeout: WORKER_CONNECT_MS });
  const away = (): void => {
    upstream.destroy();
    refuseUpgrade(socket, '503 Service Unavailable', { 'Retry-After': '1' });
  };
  upstream.once('error', away);
  upstream.once('timeout', away);
  socket.once('close', () => upstream.destroy());
  upstream.once('connect', () => {
    upstream.off('error', away);
    upstream.off('timeout', away);
    upstream.setTimeout(0);
    upstream.setNoDelay(true);
    const lines = [`${request.method} ${request.url} HTTP/1.1`];
    for (let i = 0; i < request.rawHeaders.length; i += 2)
      lines.push(`${request.rawHeaders[i]}: ${request.rawHeaders[i + 1]}`);
    lines.push(`X-Forwarded-For: ${request.socket.remoteAddress ?? ''}`, 'X-Forwarded-Proto: http');
    upstream.write(`${lines.join('\r\n')}\r\n\r\n`);
    upstream.write(head);
    upstream.on('error', () => socket.destroy());
    upstream.once('close', () => socket.destroy());
    socket.pipe(upstream);
    upstream.pipe(socket);
  });
};
