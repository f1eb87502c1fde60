import type { ContainerReader } from './container.ts';
import type { ClockState } from './media-clock.ts';
import { createMatroskaReader } from './matroska-reader.ts';
import { createMp4Reader } from './mp4-reader.ts';

const SIGNATURE_BYTES = 8;
const EBML = 0x1a45dfa3;
const FTYP = 0x66747970;

/**
 * A reader for whichever of the known containers the first bytes announce.
 * @param clock what the recording's clock knew where the media to be read begins
 */
export const createContainerReader = (clock?: ClockState): ContainerReader => {
  let held: Buffer = Buffer.alloc(0);
  let reader: ContainerReader | undefined;
  let refused = false;

  const choose = (): ContainerReader | undefined => {
    if (held.readUInt32BE(0) === EBML) return createMatroskaReader(clock);
    return held.readUInt32BE(4) === FTYP ? createMp4Reader(clock) : undefined;
  };

  return {
    get elements() {
      return reader?.elements ?? 0;
    },
    jump: (offset) => reader?.jump(offset),
    get settled() {
      return reader?.settled ?? 0;
    },
    push: (bytes) => {
      if (reader) return reader.push(bytes);
      if (refused) return [];
      held = Buffer.concat([held, bytes]);
      if (held.byteLength < SIGNATURE_BYTES) return [];
      reader = choose();
      if (reader) return reader.push(held);
      refused = true;
      return [{ type: 'refused', detail: 'neither Matroska, WebM nor MP4' }];
    },
  };
};
