import { describe, expect, it } from 'vitest';
import { ApiError, type ApiErrorCode } from '../api/api-error.ts';
import { makeIngest, makeStream } from '../context/app.testing.tsx';
import { createBroadcastPorts, existingStream, newStream } from './broadcast-ports.ts';

type Ports = Parameters<typeof newStream>[0];

const stream = makeStream();
const input = { title: 'First light', visibility: 'public', latency: 'standard' } as const;

const makeApi = (overrides: Partial<Ports> = {}) => {
  const renamed: string[] = [];
  const api: Ports = {
    createStream: async () => ({ stream, ingest: makeIngest('first') }),
    freshIngest: async () => ({ ingest: makeIngest('fresh') }),
    updateStream: async (_id, { title, description, visibility }) => {
      renamed.push([title, description, visibility].filter(Boolean).join(' '));
      return stream;
    },
    endStream: async () => {},
    ...overrides,
  };
  return { api, renamed };
};

describe('a broadcast', () => {
  it('begins on a new stream with the key that came with it', async () => {
    expect(await newStream(makeApi().api, input)).toEqual({
      streamId: 'str_1',
      ingestUrl: 'ws://here/stream/live/first',
      hasThumbnail: false,
    });
  });

  it('says of a new show what was said of it, and nothing of what was left empty', async () => {
    const made: object[] = [];
    const { api } = makeApi({
      createStream: async (body) => {
        made.push(body);
        return { stream, ingest: makeIngest('first') };
      },
    });
    await newStream(api, { ...input, description: '  Leaves and light ', test: true });
    await newStream(api, { ...input, description: ' ', test: false });
    expect(made).toEqual([{ ...input, description: 'Leaves and light', test: true }, input]);
  });

  it('asks for a key where none came', async () => {
    const { api } = makeApi({ createStream: async () => ({ stream }) });
    expect(await newStream(api, input)).toEqual({
      hasThumbnail: false,
      streamId: 'str_1',
      ingestUrl: 'ws://here/stream/live/fresh',
    });
  });

  it('goes on with a stream that exists, under a new title only if it was given one', async () => {
    const { api, renamed } = makeApi();
    const expected = { streamId: 'str_1', ingestUrl: 'ws://here/stream/live/fresh' };
    expect(await existingStream(api, stream, input)).toEqual(expected);
    expect(renamed).toEqual([]);
    expect(await existingStream(api, stream, { ...input, title: 'Second light' })).toEqual(expected);
    expect(renamed).toEqual(['Second light']);
    await existingStream(api, { ...stream, description: 'As before' }, { ...input, description: 'As before' });
    await existingStream(api, stream, { ...input, description: 'Leaves and light' });
    expect(renamed).toEqual(['Second light', 'Leaves and light']);
  });

  it('closes an announced show to all but followers, or opens it, where that is said and only then', async () => {
    const { api, renamed } = makeApi();
    const closed = { ...input, visibility: 'followers' } as const;
    await existingStream(api, { ...stream, visibility: 'followers' }, closed);
    expect(renamed).toEqual([]);
    await existingStream(api, stream, closed);
    await existingStream(api, { ...stream, visibility: 'followers' }, input);
    expect(renamed).toEqual(['followers', 'public']);
  });

  it.each<[ApiErrorCode, string]>([
    ['stream-ended', 'ended'],
    ['stream-not-found', 'ended'],
    ['not-signed-in', 'signed-out'],
    ['token-expired', 'signed-out'],
    ['not-allowed', 'not-allowed'],
    ['unreachable', 'unreachable'],
    ['too-many-requests', 'unreachable'],
    ['video-provider-down', 'unreachable'],
  ])('told %s about a fresh key takes the stream as %s', async (code, because) => {
    const { api } = makeApi({ freshIngest: () => Promise.reject(new ApiError({ code, message: 'no' })) });
    expect(await createBroadcastPorts(api).getIngestUrl('str_1')).toEqual({ given: false, because });
  });
});
