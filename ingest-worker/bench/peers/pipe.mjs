// @ts-check
/**
 * The floor: what comes on a WebSocket goes out over TLS, and nothing is done to it.
 *
 *   node pipe.mjs RTMPS_URL        prints its port; NODE_EXTRA_CA_CERTS trusts the server
 */
import { connect } from 'node:tls';
import { WebSocketServer } from 'ws';

const { hostname, port } = new URL(process.argv[2] ?? '');

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
server.on('connection', (socket) => {
  const out = connect({ host: hostname, port: Number(port), servername: hostname });
  out.setNoDelay(true);
  out.on('error', () => socket.terminate());
  socket.on('message', (/** @type {Buffer} */ bytes) => out.write(bytes));
  socket.on('close', () => out.end());
});
server.on('listening', () => {
  const address = server.address();
  console.log(typeof address === 'object' ? address?.port : '');
});
