import { isDeepStrictEqual } from 'node:util';
import { LIMITS } from '../../../ingest-worker/limits.ts';
import { createContainerReader } from '../../../ingest-worker/media/container-reader.ts';
import type { ContainerEvent } from '../../../ingest-worker/media/container.ts';
import { createContainerStream } from '../../../ingest-worker/session/container-stream.ts';
import { cut, mutate } from './mutate.ts';
import { pick, type Random } from '../lib/random.ts';
import type { Fuzzed } from './fuzz-target.ts';
import { matroskaSpecimens, mp4Specimens, type Specimens } from './specimens.ts';

const BYTES_ALONE = 4 * 1024 * 1024;

/** A container's reader alone, whole and in pieces, and then as a session uses it, with parts left out. */
const fuzzContainer = (specimens: Specimens): Fuzzed => ({
  make: (random) => mutate(specimens, random),
  play: async (bytes, random) => {
    const whole = createContainerReader().push(bytes);
    const reader = createContainerReader();
    const pieces = cut(bytes, random);
    const inPieces = pieces.flatMap((piece) => reader.push(piece));
    if (!isDeepStrictEqual(whole, inPieces)) return 'says something else when the bytes are cut elsewhere';
    return whatIsWrong(whole, bytes.length) ?? takeIn(pieces, random);
  },
});

export const fuzzMatroska = (): Fuzzed => fuzzContainer(matroskaSpecimens());
export const fuzzMp4 = (): Fuzzed => fuzzContainer(mp4Specimens());

/** Init first and once, boundaries forwards, nothing beyond the end, nothing after a refusal. */
const whatIsWrong = (events: readonly ContainerEvent[], bytes: number): string | undefined => {
  let last = -1;
  for (const [index, event] of events.entries()) {
    if (event.type === 'init' && index > 0) return 'init is not first';
    if (event.type === 'refused' && index < events.length - 1) return 'goes on after a refusal';
    if (event.type !== 'boundary') continue;
    if (event.offset <= last || event.offset >= bytes) return 'a boundary where there is none';
    last = event.offset;
  }
  return undefined;
};

const takeIn = (pieces: readonly Buffer[], random: Random): string | undefined => {
  const containerStream = createContainerStream();
  for (const piece of pieces) {
    if (!containerStream.take(containerStream.next, piece).taken) break;
    if (random() < 0.05) containerStream.skip(pick(random, 2 * BYTES_ALONE));
  }
  const { ring } = containerStream;
  if (ring.end !== containerStream.next) return 'the ring ends elsewhere than the containerStream';
  if (containerStream.init && containerStream.init.bytes.length > LIMITS.initBytes) return 'an init beyond its limit';
  return ring.heldBytes <= pieces.reduce((sum, { length }) => sum + length, 0) ? undefined : 'holds more than came';
};
