// @ts-check
/**
 * The pipeline that Vybzz replaces, as sites of its kind have it: a plain `ws` server, and for each socket an FFmpeg that
 * transcodes what a MediaRecorder sends, and publishes it itself.
 *
 *   node original.mjs RTMPS_URL        each socket's path is its stream key; prints its port
 */
import { spawn } from 'node:child_process';
import { WebSocketServer } from 'ws';

const [url = ''] = process.argv.slice(2);

/** @param {string} key */
const args = (key) =>
  [
    '-v error -f webm -i - -c:v libx264 -preset veryfast -tune zerolatency -b:v 2500k -maxrate 2500k -bufsize 5000k',
    `-pix_fmt yuv420p -r 30 -g 60 -c:a aac -b:a 128k -ar 44100 -f flv ${url}/${key}`,
  ]
    .join(' ')
    .split(' ');

const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
server.on('connection', (socket, request) => {
  const key = request.url?.slice(1) ?? '';
  const ffmpeg = spawn('ffmpeg', args(key), { stdio: ['pipe', 'ignore', 'inherit'] });
  ffmpeg.stdin.on('error', () => undefined);
  ffmpeg.on('close', () => socket.terminate());
  socket.on('message', (bytes) => ffmpeg.stdin.write(bytes));
  socket.on('close', () => ffmpeg.kill('SIGKILL'));
});
server.on('listening', () => {
  const address = server.address();
  console.log(typeof address === 'object' ? address?.port : '');
});
