import type { RealtimeSocket, RealtimeSocketEvents } from './socket-link.ts';

/** The browser's WebSocket as a realtime socket. The ticket in its address is single-use and gone once this is open. */
export const openRealtimeSocket = (ticket: string, events: RealtimeSocketEvents): RealtimeSocket => {
  const url = new URL('/realtime', location.href);
  url.protocol = url.protocol.replace('http', 'ws');
  url.searchParams.set('ticket', ticket);
  const socket = new WebSocket(url);
  socket.addEventListener('open', () => events.opened());
  socket.addEventListener('message', ({ data }) => {
    if (typeof data === 'string') events.said(data);
  });
  // An error is always followed by a close, which is what counts.
  socket.addEventListener('close', () => events.closed());
  return {
    send(text) {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    },
    close() {
      // The browser complains of a socket that is closed before it is open.
      if (socket.readyState === WebSocket.CONNECTING) socket.addEventListener('open', () => socket.close());
      else socket.close();
    },
  };
};
