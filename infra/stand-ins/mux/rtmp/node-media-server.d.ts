/** The parts of node-media-server that we use; it ships no types. */
declare module 'node-media-server/src/protocol/rtmp.js' {
  type RtmpPacket = {
    header: { fmt: number; cid: number; timestamp: number; length: number; type: number; stream_id: number };
    clock: number;
    payload: Buffer;
  };

  /** A parser of one RTMP connection: bytes in by `parserData`, bytes out by `onOutputCallback`. */
  export default class Rtmp {
    handshakeState: number;
    inChunkSize: number;
    outChunkSize: number;
    streamId: number;
    streamApp: string | undefined;
    parserPacket: RtmpPacket;
    inPackets: Map<number, RtmpPacket>;
    onOutputCallback: (bytes: Buffer) => void;

    static chunksCreate(packet: Pick<RtmpPacket, 'header' | 'payload'>): Buffer;
    parserData(bytes: Buffer): string | null;
    packetAlloc(): void;
    controlHandler(): void;
    eventHandler(): void;
    dataHandler(): void;
    onPublish(message: Record<string, unknown>): void;
    onPlay(message: Record<string, unknown>): void;
    onDeleteStream(message: Record<string, unknown>): void;
    sendACK(bytes: number): void;
    sendWindowACK(bytes: number): void;
    sendStatusMessage(streamId: number, level: string, code: string, description: string): void;
  }
}

declare module 'node-media-server/src/protocol/rtmp_client.js' {
  import type { Socket } from 'node:net';
  import Rtmp from 'node-media-server/src/protocol/rtmp.js';

  /** The other side: it publishes, over a socket that it is given. */
  export default class RtmpClient extends Rtmp {
    socket: Socket | null;
    connected: boolean;
    baseUri: string;
    urlInfo: { host: string; port: number; app: string; streamName: string; query: Record<string, string> } | null;
    onHandshakeCallback: () => void;
    onErrorCallback: (cause: Error) => void;
    handleData: (bytes: Buffer) => void;
    sendClientHandshake(): void;
    sendConnect(): Promise<unknown>;
    sendCreateStream(): Promise<number>;
    sendPublish(streamName: string): Promise<unknown>;
    rejectAllPending(cause: Error): void;
  }
}

declare module 'node-media-server/src/protocol/sps_info.js' {
  const parser: { parseH264Sps: (sps: Buffer) => { width: number; height: number } | null };
  export default parser;
}

declare module 'node-media-server/src/core/logger.js' {
  const logger: { log: (message: string, level?: string) => void };
  export default logger;
}
