import * as fc from 'fast-check';
import { createServer, type Socket } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import { decodeAmf0 } from '../../../ingest-worker/publish/amf0.ts';
import { createChunkReader } from '../../../ingest-worker/publish/chunk-reader.ts';
import { PUBLISH_LIMITS } from '../../../ingest-worker/publish/publish-limits.ts';
import { makePublisher, makeTags } from '../../../ingest-worker/publish/publisher.testing.ts';
import { MESSAGE, type RtmpMessage } from '../../../ingest-worker/publish/rtmp-message.ts';
import { createRtmpsPublishers } from '../../../ingest-worker/publish/rtmps-publisher.ts';
import type { Fuzzed } from './fuzz-target.ts';
import { cut, cuts, mutated } from './mutate.ts';
import { rtmpCorpus } from './corpus.ts';

type Input = { bytes: Buffer; /** How long the pieces are in which the bytes come. */ lengths: readonly number[] };

const HANDSHAKE_BYTES = 1 + 2 * 1_536;

/** The chunk and AMF readers alone, whole and in pieces, and then the whole publisher, by TCP, against a server that says this. */
export const fuzzRtmp = async (): Promise<Fuzzed<Input>> => {
  const corpus = rtmpCorpus();
  let said: readonly Buffer[] = [];
  const server = createServer((socket: Socket) => {
    socket.on('error', () => undefined);
    socket.resume();
    for (const piece of said) socket.write(piece);
    socket.end();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const url = `rtmp://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/app`;
  const tags = makeTags({ frames: 3 });

  return {
    inputs: fc.record({ bytes: mutated(corpus), lengths: cuts }),
    bytes: ({ bytes }) => bytes.length,
    play: async ({ bytes, lengths }) => {
      const chunks = bytes.subarray(HANDSHAKE_BYTES);
      const whole = read([chunks]);
      if (!isDeepStrictEqual(whole, read(cut(chunks, lengths))))
        return 'reads something else when the bytes are cut elsewhere';
      for (const { type, body } of whole.messages) {
        if (body.length > PUBLISH_LIMITS.messageBytes) return 'a message beyond its limit';
        if (type === MESSAGE.commandAmf0) decodeAmf0(body);
      }

      said = cut(bytes, lengths).slice(0, 50);
      const { publisher, events } = makePublisher(createRtmpsPublishers(), { url });
      const opened = await publisher.connect();
      if (opened.connected) for (const tag of tags) publisher.send(tag);
      publisher.abandon();
      return events.filter(({ type }) => type === 'closed').length > 1 ? 'a break told twice' : undefined;
    },
    close: async () => {
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

const read = (pieces: readonly Buffer[]): { messages: RtmpMessage[]; fault: string | undefined } => {
  const reader = createChunkReader(PUBLISH_LIMITS);
  const messages: RtmpMessage[] = [];
  let fault: string | undefined;
  for (const piece of pieces) {
    const heard = reader.push(piece);
    messages.push(...heard.messages);
    fault ??= heard.fault;
  }
  return { messages, fault };
};
