import { afterEach, describe, expect, it } from 'vitest';
import { PUBLISH_LIMITS } from './publish-limits.ts';
import { makePublisher, makeTags, STREAM_KEY } from './publisher.testing.ts';
import { createRtmpsPublishers } from './rtmps-publisher.ts';
import { startSink, type Sink } from './sink/sink.testing.ts';

const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

const makeSink = async (options: Parameters<typeof startSink>[0] = {}): Promise<Sink> => {
  const sink = await startSink(options);
  open.push(sink);
  return sink;
};

const make = (sink: Pick<Sink, 'url' | 'ca'>, limits: Partial<typeof PUBLISH_LIMITS> | object = {}) => {
  const made = makePublisher(createRtmpsPublishers({ limits: { ...PUBLISH_LIMITS, ...limits } }), sink);
  open.push(made.publisher);
  return made;
};

describe('RTMPS publisher', () => {
  it('[P1] publishes metadata, set-ups and every frame, at its time, and says farewell', async () => {
    const sink = await makeSink();
    const { publisher } = make(sink);
    expect(await publisher.connect()).toEqual({ connected: true });
    const tags = makeTags({ frames: 90 });
    for (const tag of tags) publisher.send(tag);
    expect(await publisher.close()).toEqual({ flushed: true });

    const [session] = sink.sessions;
    expect(sink.sessions).toHaveLength(1);
    expect(session).toMatchObject({ streamKey: STREAM_KEY, metadata: 1, said: ['FCUnpublish', 'deleteStream'] });
    expect(session?.headers.map(({ kind }) => kind)).toEqual(['video', 'audio']);
    expect(session?.frames.map(({ dtsMs }) => dtsMs)).toEqual(tags.slice(3).map(({ timestampMs }) => timestampMs));
    expect(session?.end?.how).toBe('ended');
  });
});
