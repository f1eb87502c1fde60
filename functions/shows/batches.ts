import type { ServerMessage, SingleMessage } from '#contract/realtime';
import type { StreamId } from '#domain/ids';
import type { Numbered } from './numbered.ts';

/** API Gateway takes 128 KiB in one message to a socket ("WebSocket API quotas"). The rest is for what has no number. */
const NUMBERED_BYTES = 112 * 1_024;

/**
 * Several things said in one message, and what has a number together with how far it goes; in more messages, one after the other, where
 * one would be longer than a socket takes.
 *
 * @param range the numbers after which and up to which `numbered` has all that there is
 */
export const batches = (
  streamId: StreamId,
  numbered: readonly Numbered[],
  others: readonly SingleMessage[],
  range: { after: number; seq: number },
): ServerMessage[] => {
  const type = 'batch';
  const [other, ...more] = others;
  if (numbered.length === 0) return other && more.length === 0 ? [other] : [{ type, streamId, messages: [...others] }];
  let { after } = range;
  return partsOf(numbered).map((part, i, parts): ServerMessage => {
    const isLast = i === parts.length - 1;
    const seq = isLast ? range.seq : Math.max(...part.map((message) => message.seq));
    const messages = isLast ? [...part, ...others] : part;
    const batch: ServerMessage = { type, streamId, after, seq, messages };
    after = seq;
    return batch;
  });
};

const partsOf = (numbered: readonly Numbered[]): Numbered[][] => {
  const parts: Numbered[][] = [];
  let left = 0;
  for (const message of numbered) {
    const bytes = Buffer.byteLength(JSON.stringify(message));
    if (bytes > left) {
      parts.push([]);
      left = NUMBERED_BYTES;
    }
    parts.at(-1)?.push(message);
    left -= bytes;
  }
  return parts;
};
