import type { StreamView } from '#contract/http';
import type { Stream } from '#domain/stream';
import type { Log } from '../http/log.ts';
import type { Changed } from './ending.ts';
import type { Publisher } from './publisher.ts';

type Parts = {
  publisher: Pick<Publisher, 'toAudience'>;
  view: (stream: Stream) => Promise<StreamView | undefined>;
  log: Log;
};

/** Tells a stream's audience what people see of a change. Never throws: the change itself is in the table. */
export const createAnnounce =
  ({ publisher, view, log }: Parts): Changed =>
  async ({ before, after }) => {
    if (seen(before) === seen(after)) return;
    try {
      const stream = await view(after);
      if (stream) await publisher.toAudience(after.id, { type: 'stream', stream });
    } catch (error) {
      log.warn('a change was not announced', { streamId: after.id, error });
    }
  };

/** What of a stream people can see: facts that only we keep are not worth a push. */
const seen = ({
  feed: _feed,
  completingAt: _completing,
  completedAt: _completed,
  askedAt: _asked,
  ...stream
}: Stream): string =>
  JSON.stringify({
    ...stream,
    assets: stream.assets.map(({ status, playback, overAt }) => [status, playback, overAt]),
  });
