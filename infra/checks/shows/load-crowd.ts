/** The load's well-behaved publishers; see load.ts. */
import * as z from 'zod/mini';
import { createFeeder, type Feeder } from './feeder.ts';
import { servePart } from '../lib/part.ts';
import { openStreams, type StagedStream } from './streams.ts';
import { openRung, passing } from './theatre.ts';

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

/** One after the other: starting is dearer than running. */
const BETWEEN_STARTS_MS = 100;
const Place = z.object({ tableUrl: z.string(), port: z.number(), count: z.number() });

const shows: { feeder: Feeder; stream: StagedStream }[] = [];

servePart({
  start: async (given) => {
    const { tableUrl, port, count } = Place.parse(given);
    const streams = openStreams({ tableUrl, port });
    for (let started = 0; started < count; started += 1) {
      const stream = await streams.add();
      const feeder = createFeeder({ show: openRung('1'), getUrl: () => stream.getUrl() });
      feeder.start();
      shows.push({ feeder, stream });
      await passing(BETWEEN_STARTS_MS);
    }
  },
  /** Lets every show come to its end. */
  finish: async () => {
    for (const { feeder } of shows) feeder.stop();
    await Promise.all(shows.map(({ feeder }) => feeder.over));
    return shows.map(({ feeder, stream }) => ({
      muxKey: stream.muxKey,
      recordedBytes: feeder.recordedBytes,
      ending: feeder.ending,
      sockets: feeder.welcomes.length,
    }));
  },
});
