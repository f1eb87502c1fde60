import type { FlvTag } from '../media/flv-tag.ts';
import { encodeAmf0 } from './amf0.ts';
import type { CreatePublisher, Publisher, PublisherEvent } from '../session/publisher.ts';

/** Something that looks like a key, in tests that search for it where it must not be. */
export const STREAM_KEY = 'test-key-0123456789abcdef';

const FRAME_MS = 33;

/** Tags as an encoder makes them, of made-up bytes: for servers that do not look inside. */
export const makeTags = ({
  frames = 60,
  startMs = 0,
  frameBytes = 1_000,
}: { frames?: number; startMs?: number; frameBytes?: number } = {}): FlvTag[] => [
  { kind: 'script', timestampMs: 0, key: false, header: true, body: encodeAmf0('onMetaData', { width: 1_280 }) },
  { kind: 'video', timestampMs: 0, key: true, header: true, body: Buffer.from('170000000001', 'hex') },
  { kind: 'audio', timestampMs: 0, key: false, header: true, body: Buffer.from('af001210', 'hex') },
  ...Array.from({ length: frames }, (_, index) => makeFrame(index, startMs + index * FRAME_MS, frameBytes)),
];

const makeFrame = (index: number, timestampMs: number, frameBytes: number): FlvTag => {
  const key = index % 60 === 0;
  const body = Buffer.alloc(frameBytes, index);
  body.set([key ? 0x17 : 0x27, 1, 0, 0, 0]);
  return { kind: 'video', timestampMs, key, header: false, body };
};

/** Asks a publisher to be, and keeps all that it says. */
export const makePublisher = (
  create: CreatePublisher,
  { url, ca, streamKey = STREAM_KEY }: { url: string; ca?: string | undefined; streamKey?: string },
): {
  publisher: Publisher;
  events: PublisherEvent[];
  heard: (wanted: (event: PublisherEvent) => boolean) => Promise<void>;
} => {
  const events: PublisherEvent[] = [];
  const waiting = new Set<() => void>();
  const publisher = create({
    url,
    streamKey,
    ...(ca === undefined ? {} : { ca }),
    onEvent: (event) => {
      events.push(event);
      for (const look of waiting) look();
    },
  });
  const heard = (wanted: (event: PublisherEvent) => boolean): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (!events.some(wanted)) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });
  return { publisher, events, heard };
};
