// @ts-check
/**
 * `@api.video/browser-to-rtmp-server` as its README has it.
 *
 *   node api-video.mjs        prints its port
 */
import { createServer } from 'node:http';
import BrowserToRtmpServer from '@api.video/browser-to-rtmp-server';

const http = createServer();
const server = new BrowserToRtmpServer(http, { serverLogs: { minLevel: 'error' } });
server.on('error', (_, error) => console.error(error.name, error.message));
http.listen(0, '127.0.0.1', () => {
  const address = http.address();
  console.log(typeof address === 'object' ? address?.port : '');
});
