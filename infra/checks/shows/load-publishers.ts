/** The load's well-behaved publishers; see load.ts. */
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod/mini';
import { createCapturePublisher, type CapturePublisher } from './publisher.ts';
import { servePart } from '../lib/part.ts';
import { openStreams, type TestStream } from '../lib/test-streams.ts';
import { openRung } from './rung-captures.ts';

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

/** One after the other: starting is dearer than show. */
const BETWEEN_STARTS_MS = 100;
const Place = z.object({ tableUrl: z.string(), port: z.number(), count: z.number() });

const shows: { publisher: CapturePublisher; stream: TestStream }[] = [];

servePart({
  start: async (given) => {
    const { tableUrl, port, count } = Place.parse(given);
    const streams = openStreams({ tableUrl, port });
    for (let started = 0; started < count; started += 1) {
      const stream = await streams.add();
      const publisher = createCapturePublisher({ capture: openRung('1'), getUrl: () => stream.getUrl() });
      publisher.start();
      shows.push({ publisher, stream });
      await delay(BETWEEN_STARTS_MS);
    }
  },
  /** Lets every show come to its end. */
  finish: async () => {
    for (const { publisher } of shows) publisher.stop();
    await Promise.all(shows.map(({ publisher }) => publisher.over));
    return shows.map(({ publisher, stream }) => ({
      muxKey: stream.muxKey,
      streamBytes: publisher.streamBytes,
      ending: publisher.ending,
      sockets: publisher.welcomes.length,
    }));
  },
});
