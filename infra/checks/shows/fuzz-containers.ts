import * as fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import { LIMITS } from '../../../ingest-worker/limits.ts';
import { createContainerReader } from '../../../ingest-worker/media/container-reader.ts';
import { type ContainerEvent, pipelineOf } from '../../../ingest-worker/media/container.ts';
import type { EncoderEvent } from '../../../ingest-worker/media/encoder.ts';
import type { FlvTag } from '../../../ingest-worker/media/flv-tag.ts';
import { createStartRepackager } from '../../../ingest-worker/media/repackager.ts';
import { createContainerStream } from '../../../ingest-worker/session/container-stream.ts';
import { createTurns } from '../../../ingest-worker/turns.ts';
import type { Fuzzed } from './fuzz-target.ts';
import { cut, cuts, mutated, SMALL_PIECES, type Corpus } from './mutate.ts';
import { matroskaCorpus, mp4Corpus } from './corpus.ts';

const startRepackager = createStartRepackager(createTurns({ clock: () => performance.now() }));

/** Before what a tag brings of a sample. */
const HEAD_BYTES = 5;
const BYTES_ALONE = 4 * 1024 * 1024;

type Input = {
  bytes: Buffer;
  /** How long the pieces are in which the bytes come. */
  lengths: readonly number[];
  /** After a piece that has the number: so many bytes are left out. */
  jumps: readonly { after: number; bytes: number }[];
};

const jumps = fc.array(fc.record({ after: fc.nat(SMALL_PIECES), bytes: fc.nat(2 * BYTES_ALONE) }), { maxLength: 4 });

/** A container's reader alone, whole and in pieces, and then as a session uses it, with parts left out. */
const fuzzContainer = (corpus: Corpus): Fuzzed<Input> => ({
  inputs: fc.record({ bytes: mutated(corpus), lengths: cuts, jumps }),
  bytes: ({ bytes }) => bytes.length,
  play: async ({ bytes, lengths, jumps: skips }) => {
    const whole = createContainerReader().push(bytes);
    const reader = createContainerReader();
    const pieces = cut(bytes, lengths);
    const inPieces = pieces.flatMap((piece) => reader.push(piece));
    if (!isDeepStrictEqual(whole, inPieces)) return 'says something else when the bytes are cut elsewhere';
    return whatIsWrong(whole, bytes.length) ?? takeIn(pieces, skips) ?? (await repackage(whole, pieces));
  },
});

export const fuzzMatroska = (): Fuzzed<Input> => fuzzContainer(matroskaCorpus());
export const fuzzMp4 = (): Fuzzed<Input> => fuzzContainer(mp4Corpus());

/** Init before all media and once, boundaries forwards, nothing beyond the end, nothing after a refusal. */
const whatIsWrong = (events: readonly ContainerEvent[], bytes: number): string | undefined => {
  let last = -1;
  let inits = 0;
  for (const [index, event] of events.entries()) {
    if (event.type === 'init') inits += 1;
    if (inits === 0 && (event.type === 'boundary' || event.type === 'samples')) return 'media before init';
    if (event.type === 'refused' && index < events.length - 1) return 'goes on after a refusal';
    if (event.type !== 'boundary') continue;
    if (event.offset <= last || event.offset >= bytes) return 'a boundary where there is none';
    last = event.offset;
  }
  return inits > 1 ? 'a second init' : undefined;
};

/** What the reader has let in is repackaged, or left to FFmpeg by name; whatever it is, somebody hears of the end. */
const repackage = async (events: readonly ContainerEvent[], pieces: readonly Buffer[]): Promise<string | undefined> => {
  const init = events.find((event) => event.type === 'init');
  if (init === undefined || pipelineOf(init.facts) !== 'copy') return undefined;
  const tags: FlvTag[] = [];
  const end = await new Promise<EncoderEvent>((resolve) => {
    const encoder = startRepackager({
      facts: init.facts,
      sound: init.facts.audio !== undefined,
      onEvent: (event) => {
        if (event.type === 'tag') tags.push(event.tag);
        if (event.type === 'exited') resolve(event);
      },
    });
    for (const piece of pieces) encoder.write(piece);
    encoder.end();
  });
  if (end.type !== 'exited' || !(end.clean || end.unsupported)) return 'a repackager that neither ends nor gives up';
  const given = tags.reduce((sum, { body, header }) => sum + (header ? 0 : body.length - HEAD_BYTES), 0);
  return given <= pieces.reduce((sum, { length }) => sum + length, 0) ? undefined : 'publishes more than came';
};

const takeIn = (pieces: readonly Buffer[], skips: Input['jumps']): string | undefined => {
  const containerStream = createContainerStream();
  for (const [index, piece] of pieces.entries()) {
    if (!containerStream.take(containerStream.next, piece).taken) break;
    for (const { after, bytes } of skips) if (after === index) containerStream.skip(bytes);
  }
  const { ring } = containerStream;
  if (ring.end !== containerStream.next) return 'the ring ends elsewhere than the containerStream';
  if (containerStream.init && containerStream.init.bytes.length > LIMITS.initBytes) return 'an init beyond its limit';
  return ring.heldBytes <= pieces.reduce((sum, { length }) => sum + length, 0) ? undefined : 'holds more than came';
};
