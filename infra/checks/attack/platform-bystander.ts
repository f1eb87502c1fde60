import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { until } from '#stand-ins/until';
import { picturesOf } from '../lib/pictures-of.ts';
import { openCapture } from '../shows/capture.ts';
import { createCapturePublisher } from '../shows/publisher.ts';
import type { PlatformBed } from '../lib/platform-bed.ts';

const CAPTURE = openCapture(fileURLToPath(new URL('../../../ingest-worker/fixtures/h264-aac.mkv', import.meta.url)));
const LOOK_MS = 250;
const READY_MS = 60_000;

/**
 * An ordinary show of asha's, by the product's own client, through the whole platform, with attacks beside it: every picture that was
 * recorded is in its recording, on one socket, and the show was never said to be anything but live.
 */
export const startBystander = async (bed: PlatformBed) => {
  const token = bed.tokens.asha;
  const { body, text } = await bed.call('POST', '/stream/create', { token, body: { title: 'An ordinary show' } });
  if (body?.ingest?.url === undefined) throw new Error(`the bystander has no show: ${text}`);
  const { id } = body.stream;
  const publisher = createCapturePublisher({ capture: CAPTURE, getUrl: async () => body.ingest.url });
  publisher.start();
  const stream = async () => (await bed.call('GET', `/stream/${id}`, { token })).body;
  await until('the bystander is live', async () => (await stream())?.state === 'live');

  const states = new Set<string>();
  const watch = new AbortController();
  const watched = (async () => {
    while (!watch.signal.aborted) {
      states.add((await stream())?.state ?? 'not answered');
      await delay(LOOK_MS);
    }
  })();

  return {
    /** Ends it, and says what it suffered: nothing, if it reads `0 frames missing, lease kept`. */
    finish: async (): Promise<string> => {
      watch.abort();
      await watched;
      publisher.stop();
      const ending = await publisher.over;
      const recording = await until(
        'its recording is ready',
        async () => {
          const { recording: is, durationSeconds } = await stream();
          return (
            is === 'ready' && durationSeconds !== undefined && (await bed.call('GET', `/stream/${id}/playback`)).body
          );
        },
        { withinMs: READY_MS },
      );
      const [wanted, got] = [
        await picturesOf('pipe:0', await publisher.containerStream()),
        await picturesOf(recording.hls),
      ];
      const kept =
        publisher.welcomes.length === 1 &&
        [...states].join() === 'live' &&
        ending === 'finished' &&
        publisher.skipped.length === 0;
      return `${Math.max(0, wanted - got)} frames missing, ${kept ? 'lease kept' : `lease lost (${ending}, ${publisher.welcomes.length} sockets, ${[...states].join(', ')})`}`;
    },
  };
};
export const UNHARMED = '0 frames missing, lease kept';
