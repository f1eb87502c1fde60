import logger from 'node-media-server/src/core/logger.js';
import Rtmp from 'node-media-server/src/protocol/rtmp.js';
import type { Limits } from '../limits.ts';
import type { MediaMessage } from '../recording/flv.ts';

// The library prints to the console, and one of its lines holds what the peer sent.
logger.log = () => {};

const HANDSHAKE_DONE = 3;
/** C0, C1 and C2: what no acknowledgement counts. */
export const HANDSHAKE_BYTES = 1 + 2 * 1_536;

const TYPE = {
  setChunkSize: 1,
  windowAcknowledgementSize: 5,
  event: 4,
  audio: 8,
  video: 9,
  data: 18,
  amf3Command: 17,
  command: 20,
} as const;
const EVENT = { pingRequest: 6, pingResponse: 7 } as const;
const LARGEST_CHUNK_BYTES = 0xff_ffff;

/** The peer breaks the protocol, or a bound of ours; its connection ends. */
export class ProtocolError extends Error {}

export type Refused = { code: 'NetStream.Publish.BadName' | 'NetStream.Publish.Failed'; description: string };

export type ProtocolEvents = {
  output: (bytes: Buffer) => void;
  /** The answer decides what the peer is told. */
  publish: (request: { app: string; key: string }) => Refused | undefined;
  unpublish: () => void;
  media: (message: MediaMessage) => void;
  chunkSize: (bytes: number) => void;
  window: (bytes: number) => void;
  pong: () => void;
};

/**
 * node-media-server's RTMP parser, bounded, and with the three things that it lacks: it asks before it says that a publish
 * has started, it never repeats the stream key, and it hears the window that the peer wants acknowledged.
 */
export class PublishProtocol extends Rtmp {
  readonly #limits: Limits;
  readonly #events: ProtocolEvents;

  constructor(limits: Limits, events: ProtocolEvents) {
    super();
    this.#limits = limits;
    this.#events = events;
    this.onOutputCallback = events.output;
  }

  get greeted(): boolean {
    return this.handshakeState === HANDSHAKE_DONE;
  }

  /** Takes what the peer sends; throws at what cannot be read. */
  receive(bytes: Buffer): void {
    const broken = this.parserData(bytes);
    if (broken !== null) throw new ProtocolError(broken);
  }

  /** Asks for a sign of life. */
  ping(timestamp: number): void {
    const message = Buffer.alloc(18);
    message[0] = 2;
    message.writeUIntBE(6, 4, 3);
    message[7] = TYPE.event;
    message.writeUInt16BE(EVENT.pingRequest, 12);
    message.writeUInt32BE(timestamp >>> 0, 14);
    this.onOutputCallback(message);
  }

  override packetAlloc(): void {
    const { length, type } = this.parserPacket.header;
    const isMedia = type === TYPE.audio || type === TYPE.video;
    if (length > (isMedia ? this.#limits.messageBytes : this.#limits.commandBytes))
      throw new ProtocolError('a message is too large');
    if (this.inPackets.size > this.#limits.chunkStreams) throw new ProtocolError('too many chunk streams');
    super.packetAlloc();
  }

  override controlHandler(): void {
    const { header, payload } = this.parserPacket;
    if (header.length < 4) throw new ProtocolError('a control message is too short');
    const value = payload.readUInt32BE();
    if (header.type === TYPE.setChunkSize) {
      // Zero would keep the parser at one place for ever.
      if (value < 1 || value > LARGEST_CHUNK_BYTES) throw new ProtocolError('a chunk size is out of range');
      this.#events.chunkSize(value);
    }
    if (header.type === TYPE.windowAcknowledgementSize) this.#events.window(value);
    super.controlHandler();
  }

  override eventHandler(): void {
    const { header, payload } = this.parserPacket;
    if (header.length >= 2 && payload.readUInt16BE() === EVENT.pingResponse) this.#events.pong();
  }

  override onPublish(message: Record<string, unknown>): void {
    this.streamId = this.parserPacket.header.stream_id;
    const key = typeof message['streamName'] === 'string' ? (message['streamName'].split('?')[0] ?? '') : '';
    const refused = this.#events.publish({ app: this.streamApp ?? '', key });
    if (refused) this.sendStatusMessage(this.streamId, 'error', refused.code, refused.description);
    else this.sendStatusMessage(this.streamId, 'status', 'NetStream.Publish.Start', 'The stream is published.');
  }

  override onPlay(): void {
    throw new ProtocolError('nothing is played from here');
  }

  override onDeleteStream(): void {
    this.#events.unpublish();
  }

  override dataHandler(): void {
    const { header, clock, payload } = this.parserPacket;
    const type = header.type === TYPE.audio ? 'audio' : header.type === TYPE.video ? 'video' : 'data';
    // The library reuses the payload's memory for the next message.
    this.#events.media({ type, timestampMs: clock, payload: Buffer.from(payload.subarray(0, header.length)) });
  }
}
