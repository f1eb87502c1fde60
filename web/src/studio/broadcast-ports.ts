import type { StreamView } from '#contract/http';
import type { GoLiveInput } from '../broadcast/go-live-dialog.tsx';
import type { BroadcastPorts, CreateStream, GuestPorts } from '../broadcast/ports.ts';
import type { Api } from '../api/api.ts';
import { ApiError, type ApiErrorCode } from '../api/api-error.ts';
import { createGuestsApi } from '../api/guests-api.ts';
import type { Http } from '../api/http.ts';
import type { LiveUpdatesParts } from '../realtime/live-updates.ts';
import { openGuestLine } from '../realtime/guest-line.ts';

type GuestsParts = { api: Pick<Api, 'ticket'>; http: Http; updates: LiveUpdatesParts; browser: string };

/** What the guests of a broadcast ask of the control plane, by our API and its realtime room. */
export const createGuestPorts = ({ api, http, updates, browser }: GuestsParts): GuestPorts => {
  const { invite, revoke } = createGuestsApi(http);
  return {
    invite,
    revoke,
    openLine: (listener) => openGuestLine({ ...updates, ticket: () => api.ticket({ browser }) }, listener),
    after: updates.after,
  };
};

type Ports = Pick<Api, 'createStream' | 'freshIngest' | 'updateStream' | 'endStream'>;

const ENDED: ReadonlySet<ApiErrorCode> = new Set<ApiErrorCode>(['stream-ended', 'stream-not-found']);
const SIGNED_OUT: ReadonlySet<ApiErrorCode> = new Set<ApiErrorCode>(['not-signed-in', 'token-expired']);
const NOT_ALLOWED: ReadonlySet<ApiErrorCode> = new Set<ApiErrorCode>(['not-allowed', 'not-a-creator', 'blocked']);

/** What a broadcast asks of the control plane, by our API. */
export const createBroadcastPorts = (api: Ports): BroadcastPorts => ({
  async getIngestUrl(streamId) {
    try {
      const { ingest } = await api.freshIngest(streamId);
      return { given: true, url: ingest.url };
    } catch (error) {
      return { given: false, because: whyNot(error) };
    }
  },
  endStream: api.endStream,
});

/** Makes a new stream of what was said in the dialog; it may be one that was never begun, which may have a picture. */
export const newStream = async (
  api: Ports,
  input: GoLiveInput,
): Promise<Awaited<ReturnType<CreateStream>> & { hasThumbnail: boolean }> => {
  const { stream, ingest } = await api.createStream(toNewShow(input));
  const { url } = ingest ?? (await api.freshIngest(stream.id)).ingest;
  return { streamId: stream.id, ingestUrl: url, hasThumbnail: stream.thumbnail !== undefined };
};

/** What was said of a new show, as the API takes it: nothing is written along where the delay is low, whatever was chosen before that. */
export const toNewShow = ({ title, description = '', captions, test = false, ...said }: GoLiveInput) => ({
  ...said,
  title: title.trim(),
  ...(description.trim() !== '' && { description: description.trim() }),
  ...(captions !== undefined && said.latency !== 'low' && { captions }),
  ...(test && { test }),
});

/** Goes on with a stream that exists: one whose page was reloaded, or that is sent from another device. */
export const existingStream = async (
  api: Ports,
  stream: Pick<StreamView, 'id' | 'title' | 'description' | 'category' | 'language' | 'visibility'>,
  { title, description = '', category, language, visibility }: GoLiveInput,
): ReturnType<CreateStream> => {
  const change = {
    ...(title !== stream.title && { title }),
    ...(description.trim() !== (stream.description ?? '') && { description: description.trim() }),
    ...(category !== stream.category && { category: category ?? null }),
    ...(language !== stream.language && { language: language ?? null }),
    ...(visibility !== stream.visibility && { visibility }),
  };
  if (Object.keys(change).length > 0) await api.updateStream(stream.id, change);
  const { ingest } = await api.freshIngest(stream.id);
  return { streamId: stream.id, ingestUrl: ingest.url };
};

const whyNot = (error: unknown): 'ended' | 'signed-out' | 'not-allowed' | 'unreachable' => {
  if (!(error instanceof ApiError)) return 'unreachable';
  if (ENDED.has(error.code)) return 'ended';
  if (SIGNED_OUT.has(error.code)) return 'signed-out';
  return NOT_ALLOWED.has(error.code) ? 'not-allowed' : 'unreachable';
};
