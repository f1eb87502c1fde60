import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import RtmpClient from 'node-media-server/src/protocol/rtmp_client.js';
import Rtmp from 'node-media-server/src/protocol/rtmp.js';
import type { MediaMessage } from '../recording/flv.ts';

const MESSAGE = {
  audio: { type: 8, channel: 4 },
  video: { type: 9, channel: 5 },
  data: { type: 18, channel: 6 },
} as const;
const DEFAULT_PORT = { 'rtmp:': 1_935, 'rtmps:': 443 } as const;

type Settings = {
  /** `rtmp://host/app` or `rtmps://host/app`. */
  url: string;
  streamKey: string;
  timeoutMs: number;
  /** Certification authority of an rtmps server that the system does not know. */
  ca?: string;
};

export type PublishClient = {
  socket: Socket;
  protocol: RtmpClient;
  send: (message: MediaMessage) => void;
  /** Resolves once the connection is over, whoever ended it. */
  closed: Promise<void>;
  close: () => void;
};

/**
 * Opens a publish at another RTMP server. Ours, and not FFmpeg's, because FFmpeg would show the other's stream key in its arguments.
 * Rejects with what the server said.
 */
export const openPublishClient = async ({ url, streamKey, timeoutMs, ca }: Settings): Promise<PublishClient> => {
  const { protocol: scheme, hostname, port, pathname } = new URL(url);
  if (scheme !== 'rtmp:' && scheme !== 'rtmps:') throw new Error(`cannot publish to ${scheme}//`);
  const host = hostname.replace(/^\[|\]$/g, '');
  const target = { host, port: Number(port) || DEFAULT_PORT[scheme] };
  const socket =
    scheme === 'rtmps:'
      ? connectTls({ ...target, servername: host, ...(ca === undefined ? {} : { ca }) })
      : connectTcp(target);

  const protocol = new RtmpClient();
  protocol.socket = socket;
  protocol.connected = true;
  protocol.baseUri = url;
  protocol.urlInfo = { ...target, app: pathname.slice(1), streamName: streamKey, query: {} };
  protocol.onErrorCallback = () => socket.destroy();

  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const broken = new Promise<never>((_, reject) => {
    socket.on('error', reject);
    socket.once('close', () => {
      const cause = new Error('the connection was closed');
      protocol.rejectAllPending(cause);
      reject(cause);
    });
  });
  broken.catch(() => {});
  const late = setTimeout(() => socket.destroy(), timeoutMs);

  const greet = async (): Promise<void> => {
    await new Promise((resolve) => socket.once(scheme === 'rtmps:' ? 'secureConnect' : 'connect', resolve));
    const greeted = new Promise<void>((resolve) => (protocol.onHandshakeCallback = resolve));
    socket.on('data', (bytes: Buffer) => {
      try {
        protocol.handleData(bytes);
      } catch {
        // What the other side says cannot be parsed.
        socket.destroy();
      }
    });
    protocol.sendClientHandshake();
    await greeted;
    await protocol.sendConnect();
    await protocol.sendCreateStream();
    await protocol.sendPublish(streamKey);
  };

  try {
    await Promise.race([greet(), broken]);
  } catch (cause) {
    socket.destroy();
    throw cause;
  } finally {
    clearTimeout(late);
  }

  return {
    socket,
    protocol,
    closed,
    close: () => void socket.end(() => socket.destroy()),
    send({ type, timestampMs, payload }) {
      if (socket.destroyed || payload.length === 0) return;
      const { type: messageType, channel } = MESSAGE[type];
      const header = {
        fmt: 0,
        cid: channel,
        timestamp: timestampMs,
        length: payload.length,
        type: messageType,
        stream_id: protocol.streamId,
      };
      socket.write(Rtmp.chunksCreate({ header, payload }));
    },
  };
};
