import { encodeAmf0, type Amf0Value } from './amf0.ts';

/** One RTMP message: what a chunk stream carries, in either direction. */
export type RtmpMessage = {
  type: number;
  /** 0 for the connection itself, else the number that createStream gave. */
  streamId: number;
  timestampMs: number;
  body: Buffer;
};

export const MESSAGE = {
  setChunkSize: 1,
  abort: 2,
  acknowledgement: 3,
  userControl: 4,
  windowAcknowledgementSize: 5,
  setPeerBandwidth: 6,
  audio: 8,
  video: 9,
  dataAmf3: 15,
  commandAmf3: 17,
  dataAmf0: 18,
  commandAmf0: 20,
} as const;

export const USER_CONTROL = { pingRequest: 6, pingResponse: 7 } as const;

const uint32 = (value: number): Buffer => {
  const body = Buffer.alloc(4);
  body.writeUInt32BE(value >>> 0);
  return body;
};

const onConnection = (type: number, body: Buffer): RtmpMessage => ({ type, streamId: 0, timestampMs: 0, body });

export const setChunkSize = (bytes: number): RtmpMessage => onConnection(MESSAGE.setChunkSize, uint32(bytes));

/** Asks the other end to acknowledge each time that it has read this many bytes more. */
export const windowAcknowledgementSize = (bytes: number): RtmpMessage =>
  onConnection(MESSAGE.windowAcknowledgementSize, uint32(bytes));

/** Says how many bytes we have read in all; the wire's number wraps at 32 bits. */
export const acknowledgement = (bytes: number): RtmpMessage =>
  onConnection(MESSAGE.acknowledgement, uint32(bytes % 2 ** 32));

/** The answer to a ping: its own body, under the event number of an answer. */
export const pingResponse = (pingBody: Buffer): RtmpMessage =>
  onConnection(MESSAGE.userControl, Buffer.concat([Buffer.of(0, USER_CONTROL.pingResponse), pingBody.subarray(2, 6)]));

export const command = (streamId: number, ...values: Amf0Value[]): RtmpMessage => ({
  type: MESSAGE.commandAmf0,
  streamId,
  timestampMs: 0,
  body: encodeAmf0(...values),
});
