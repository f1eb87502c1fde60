import type { Store } from '../store.ts';
import type { Limits } from '../limits.ts';
import { kindOf, type MediaMessage, type Tracks } from '../recording/flv.ts';
import type { SimulcastTarget } from '../records.ts';
import { openPublishClient, type PublishClient } from '../rtmp/publish-client.ts';
import type { Announce } from '../webhooks/events.ts';

/** Passes a live stream on to where its creator also wants to be seen. */
export type Relay = {
  starting: (liveStreamId: string) => void;
  media: (liveStreamId: string, message: MediaMessage, tracks: Tracks) => void;
  ended: (liveStreamId: string) => void;
  close: () => void;
};

type Parts = { store: Pick<Store, 'liveStreams'>; announce: Announce; limits: Limits; log: (line: string) => void };

/** One target of one live stream. */
type Push = {
  targetId: string;
  /** Undefined while it is not connected. */
  client?: PublishClient;
  /** A key frame went out: from then on everything does. */
  begun: boolean;
  over: boolean;
  retry?: NodeJS.Timeout;
};

export const createRelay = ({ store, announce, limits, log }: Parts): Relay => {
  const { liveStreams } = store;
  const pushes = new Map<string, Push[]>();

  const become = (
    liveStreamId: string,
    targetId: string,
    status: SimulcastTarget['status'],
    error_severity?: 'normal' | 'fatal',
  ): void => {
    const record = liveStreams.get(liveStreamId);
    const target = record?.simulcast_targets.find(({ id }) => id === targetId);
    if (!record || !target || target.status === status) return;
    const changed = { ...target, status, error_severity };
    liveStreams.put({
      ...record,
      simulcast_targets: record.simulcast_targets.map((one) => (one === target ? changed : one)),
    });
    announce(
      `video.live_stream.simulcast_target.${status}`,
      { type: 'simulcast_target', id: targetId },
      { ...changed, live_stream_id: liveStreamId },
    );
  };

  const run = async (liveStreamId: string, push: Push, { url, stream_key = '' }: SimulcastTarget): Promise<void> => {
    try {
      const client = await openPublishClient({ url, streamKey: stream_key, timeoutMs: limits.relayConnectMs });
      if (push.over) {
        client.close();
        return;
      }
      push.client = client;
      push.begun = false;
      become(liveStreamId, push.targetId, 'broadcasting');
      await client.closed;
    } catch {
      // The target's answer may repeat its stream key: it is not logged.
      log(`simulcast target ${push.targetId} cannot be reached`);
    }
    delete push.client;
    if (push.over) return;
    become(liveStreamId, push.targetId, 'errored', 'normal');
    push.retry = setTimeout(
      () => void run(liveStreamId, push, { id: push.targetId, url, stream_key, status: 'errored' }),
      limits.relayRetryMs,
    );
  };

  const end = (push: Push): void => {
    push.over = true;
    clearTimeout(push.retry);
    push.client?.close();
  };

  return {
    starting(liveStreamId) {
      const targets = liveStreams.get(liveStreamId)?.simulcast_targets ?? [];
      const started = targets.flatMap((target) => {
        become(liveStreamId, target.id, 'starting');
        // Mux relays SRT from an SRT source only, and ours is never one.
        if (target.url.startsWith('srt:')) become(liveStreamId, target.id, 'errored', 'fatal');
        else return [{ target, push: { targetId: target.id, begun: false, over: false } }];
        return [];
      });
      pushes.set(
        liveStreamId,
        started.map(({ push }) => push),
      );
      for (const { target, push } of started) void run(liveStreamId, push, target);
    },
    media(liveStreamId, message, { data, video, audio }) {
      for (const push of pushes.get(liveStreamId) ?? []) {
        const { client } = push;
        if (!client) continue;
        const kind = kindOf(message);
        if (!push.begun && (kind === 'key-frame' || (kind === 'audio' && !video))) {
          push.begun = true;
          for (const announced of [data, video?.header, audio?.header])
            if (announced) client.send({ ...announced, timestampMs: message.timestampMs });
        }
        if (push.begun) client.send(message);
        if (client.socket.writableLength > limits.relayUnsentBytes) client.socket.destroy();
      }
    },
    ended(liveStreamId) {
      for (const push of pushes.get(liveStreamId) ?? []) end(push);
      pushes.delete(liveStreamId);
      for (const { id } of liveStreams.get(liveStreamId)?.simulcast_targets ?? []) become(liveStreamId, id, 'idle');
    },
    close() {
      for (const all of pushes.values()) for (const push of all) end(push);
    },
  };
};
