import * as z from 'zod/mini';
import {
  CreatedStream,
  CreateSimulcastTarget,
  IngestAnswer,
  LiveView,
  page,
  PageQuery,
  PlaybackView,
  SimulcastTargets,
  SimulcastTargetView,
  StreamQuery,
  StreamView,
} from './http.ts';
import type { Operation } from './operation.ts';
import { CreateStream, UpdateStream } from './show.ts';

export const StreamPage = page(StreamView);

/** What Mux hears of its webhook. `known`: it was here before. */
export const WebhookAnswer = z.object({ ok: z.boolean(), known: z.boolean() });

const VIDEO = ['video-provider-down', 'video-provider-busy'] as const;

/** Shows, and what Mux tells of them. */
export const STREAM_OPERATIONS: readonly Operation[] = [
  {
    method: 'POST',
    path: '/stream/create',
    does: 'Makes a show, with a key to feed it; or announces one, when it is scheduled',
    who: 'signed in',
    body: CreateStream,
    status: 201,
    answer: CreatedStream,
    refusals: ['not-a-creator', 'not-allowed', 'already-live', 'stream-not-found', ...VIDEO],
  },
  {
    method: 'POST',
    path: '/stream/{id}/ingest',
    does: 'A fresh key to feed one’s own show',
    who: 'signed in',
    status: 200,
    answer: IngestAnswer,
    refusals: ['stream-not-found', 'not-allowed', 'not-a-creator', 'stream-ended', 'already-live', ...VIDEO],
  },
  {
    method: 'GET',
    path: '/stream',
    does: 'Shows on the air, announced, or of one creator',
    who: 'anyone',
    query: StreamQuery,
    status: 200,
    answer: StreamPage,
    refusals: ['user-not-found'],
  },
  {
    method: 'GET',
    path: '/stream/mine',
    does: 'One’s own shows, the newest first',
    who: 'signed in',
    query: PageQuery,
    status: 200,
    answer: StreamPage,
  },
  {
    method: 'GET',
    path: '/stream/simulcast',
    does: 'Where one’s own public shows are sent besides',
    who: 'signed in',
    status: 200,
    answer: SimulcastTargets,
    refusals: ['not-a-creator'],
  },
  {
    method: 'POST',
    path: '/stream/simulcast',
    does: 'Sends one’s own public shows to another place too, while none is on the air',
    who: 'signed in',
    body: CreateSimulcastTarget,
    status: 201,
    answer: SimulcastTargetView,
    refusals: ['not-a-creator', 'not-allowed', 'stream-live', 'conflict', ...VIDEO],
  },
  {
    method: 'DELETE',
    path: '/stream/simulcast/{targetId}',
    does: 'Sends them there no more',
    who: 'signed in',
    status: 204,
    refusals: ['not-a-creator', 'stream-live', ...VIDEO],
  },
  {
    method: 'GET',
    path: '/stream/{id}',
    does: 'A show; to its creator with its health',
    who: 'anyone',
    status: 200,
    answer: StreamView,
    refusals: ['stream-not-found', 'not-allowed'],
  },
  {
    method: 'PATCH',
    path: '/stream/{id}',
    does: 'Changes one’s own show',
    who: 'signed in',
    body: UpdateStream,
    status: 200,
    answer: StreamView,
    refusals: ['stream-not-found', 'not-allowed', 'stream-live', 'stream-ended', ...VIDEO],
  },
  {
    method: 'GET',
    path: '/stream/{id}/live',
    does: 'The small view that crowds poll; cacheable for two seconds',
    who: 'anyone',
    status: 200,
    answer: LiveView,
    refusals: ['stream-not-found', 'not-allowed'],
  },
  {
    method: 'GET',
    path: '/stream/{id}/playback',
    does: 'Where to watch a show or its recording',
    who: 'anyone',
    status: 200,
    answer: PlaybackView,
    refusals: ['stream-not-found', 'not-allowed', 'not-live-yet', 'stream-ended', 'recording-gone', ...VIDEO],
  },
  {
    method: 'POST',
    path: '/stream/{id}/end',
    does: 'Ends a show: its creator or a moderator',
    who: 'signed in',
    status: 200,
    answer: StreamView,
    refusals: ['stream-not-found', 'not-allowed'],
  },
  {
    method: 'POST',
    path: '/webhooks/mux',
    does: 'Hears of Mux what has become of a live stream or an asset',
    who: 'Mux',
    status: 200,
    answer: WebhookAnswer,
    refusals: ['signature-invalid'],
  },
];
