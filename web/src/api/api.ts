import * as z from 'zod/mini';
import {
  AuthConfig,
  CommentView,
  CreatedStream,
  EncoderAccess,
  EncoderView,
  IngestAnswer,
  LiveView,
  MeView,
  page,
  PersonView,
  PlaybackView,
  PostView,
  ProfileView,
  PushView,
  RecordingFile,
  Session,
  SimulcastTargets,
  SimulcastTargetView,
  StreamView,
  Subscribed,
  Ticket,
  UploadForm,
  ViewerCurve,
  type Beat,
  type CreatePost,
  type CreateSimulcastTarget,
  type StreamQuery,
  type Subscribe,
  type UpdateMe,
  type UpdatePost,
} from '#contract/http';
import {
  ChatPage,
  ChatStanding,
  HeldWords,
  type Moderate,
  ModerationPage,
  type Reaction,
  Said,
  type Say,
} from '#contract/chat';
import { type ActOnReport, type CreateReport, PlatformActPage, ReportCasePage } from '#contract/reports';
import { Tagged, TagView } from '#contract/search';
import type { Category, CreateStream, UpdateStream, Visibility } from '#contract/show';
import type { Http } from './http.ts';

/** What a caller may say when it makes a stream: defaults are the server's. */
export type NewStream = z.input<typeof CreateStream>;

type Listing = { cursor?: string | undefined; limit?: number; signal?: AbortSignal | undefined };
type Asking = { signal?: AbortSignal | undefined };

const People = page(PersonView);
const Posts = page(PostView);
const Streams = page(StreamView);
const Comments = page(CommentView);
const Tags = page(TagView);
const TaggedPage = page(Tagged);

const segment = encodeURIComponent;

/** Every call of the contract that the app makes, one method each, parsed by the contract's own schemas. */
export const createApi = ({ ask, tell }: Http) => ({
  /** The API's own description, as far as `schema` reads it. */
  description: <Answer>(schema: z.ZodMiniType<Answer>, { signal }: Asking = {}) =>
    ask(schema, { path: '/openapi.json', anonymous: true, signal }),
  authConfig: ({ signal }: Asking = {}) => ask(AuthConfig, { path: '/auth/config', anonymous: true, signal }),
  session: ({ signal }: Asking = {}) => ask(Session, { path: '/auth/session', signal }),
  ticket: (body: { browser?: string }, { signal }: Asking = {}) =>
    ask(Ticket, { method: 'POST', path: '/auth/tickets', body, signal }),

  updateMe: (body: UpdateMe) => ask(MeView, { method: 'PATCH', path: '/users/me', body }),
  setPicture: (picture: 'avatar' | 'cover', uploadId: string) =>
    // written anew before it is shown
    ask(MeView, { method: 'PUT', path: `/users/me/${picture}`, body: { uploadId }, timeoutMs: 30_000 }),
  removePicture: (picture: 'avatar' | 'cover') => ask(MeView, { method: 'DELETE', path: `/users/me/${picture}` }),
  signOutEverywhere: () => tell({ method: 'POST', path: '/auth/sign-out-everywhere' }),
  deleteMe: () => tell({ method: 'DELETE', path: '/users/me' }),
  push: ({ signal }: Asking = {}) => ask(PushView, { path: '/users/me/push', signal }),
  subscribePush: (body: Subscribe) => ask(Subscribed, { method: 'PUT', path: '/users/me/push', body }),
  unsubscribePush: (id: string) => tell({ method: 'DELETE', path: `/users/me/push/${segment(id)}` }),
  bells: ({ signal, ...query }: Listing = {}) => ask(People, { path: '/users/me/bells', query, signal }),
  notify: (handle: string, notify: boolean) =>
    tell({ method: 'PUT', path: `/users/${segment(handle)}/follow`, body: { notify } }),
  followedLive: async ({ signal }: Asking = {}) => (await ask(Streams, { path: '/users/me/live', signal })).items,
  becomeCreator: () => tell({ method: 'POST', path: '/users/me/creator' }),
  profile: (handle: string, { signal }: Asking = {}) => ask(ProfileView, { path: `/users/${segment(handle)}`, signal }),
  follow: (handle: string) => tell({ method: 'PUT', path: `/users/${segment(handle)}/follow` }),
  unfollow: (handle: string) => tell({ method: 'DELETE', path: `/users/${segment(handle)}/follow` }),
  blocked: ({ signal, ...query }: Listing = {}) => ask(People, { path: '/users/me/blocks', query, signal }),
  block: (handle: string) => tell({ method: 'PUT', path: `/users/${segment(handle)}/block` }),
  unblock: (handle: string) => tell({ method: 'DELETE', path: `/users/${segment(handle)}/block` }),
  people: (handle: string, which: 'followers' | 'following', { signal, ...query }: Listing = {}) =>
    ask(People, { path: `/users/${segment(handle)}/${which}`, query, signal }),

  simulcast: ({ signal }: Asking = {}) => ask(SimulcastTargets, { path: '/stream/simulcast', signal }),
  addSimulcast: (body: CreateSimulcastTarget) =>
    ask(SimulcastTargetView, { method: 'POST', path: '/stream/simulcast', body }),
  removeSimulcast: (id: string) => tell({ method: 'DELETE', path: `/stream/simulcast/${segment(id)}` }),
  encoder: ({ signal }: Asking = {}) => ask(EncoderView, { path: '/stream/encoder', signal }),
  newEncoderKey: (visibility: Visibility) =>
    ask(EncoderAccess, { method: 'POST', path: '/stream/encoder/key', body: { visibility } }),
  waitForEncoder: (id: string) => ask(StreamView, { method: 'POST', path: `/stream/${segment(id)}/encoder` }),
  createStream: (body: NewStream) => ask(CreatedStream, { method: 'POST', path: '/stream/create', body }),
  freshIngest: (id: string) => ask(IngestAnswer, { method: 'POST', path: `/stream/${segment(id)}/ingest` }),
  setThumbnail: (id: string, uploadId: string) =>
    ask(StreamView, { method: 'PUT', path: `/stream/${segment(id)}/thumbnail`, body: { uploadId } }),
  removeThumbnail: (id: string) => ask(StreamView, { method: 'DELETE', path: `/stream/${segment(id)}/thumbnail` }),
  endStream: (id: string) => tell({ method: 'POST', path: `/stream/${segment(id)}/end` }),
  recordingFile: (id: string, { signal }: Asking = {}) =>
    ask(RecordingFile, { method: 'POST', path: `/stream/${segment(id)}/recording/file`, signal }),
  deleteRecording: (id: string) => tell({ method: 'DELETE', path: `/stream/${segment(id)}/recording` }),
  updateStream: (id: string, body: UpdateStream) =>
    ask(StreamView, { method: 'PATCH', path: `/stream/${segment(id)}`, body }),
  stream: (id: string, { signal }: Asking = {}) => ask(StreamView, { path: `/stream/${segment(id)}`, signal }),
  /** @param anonymous so that a shared cache may answer: for shows that everybody may watch */
  live: (id: string, { signal, anonymous }: Asking & { anonymous: boolean }) =>
    ask(LiveView, { path: `/stream/${segment(id)}/live`, anonymous, signal }),
  beat: (id: string, body: Beat) => tell({ method: 'POST', path: `/stream/${segment(id)}/beats`, body }),
  chatAfter: (id: string, after: number, { signal }: Asking = {}) =>
    ask(ChatPage, { path: `/stream/${segment(id)}/chat`, query: { after, limit: 100 }, signal }),
  chatBefore: (id: string, before: number, { signal }: Asking = {}) =>
    ask(ChatPage, { path: `/stream/${segment(id)}/chat`, query: { before }, signal }),
  chatAt: (id: string, at: number, { signal }: Asking = {}) =>
    ask(ChatPage, { path: `/stream/${segment(id)}/chat`, query: { at, limit: 100 }, signal }),
  say: (id: string, body: Say) => ask(Said, { method: 'POST', path: `/stream/${segment(id)}/chat`, body }),
  chatStanding: (id: string, { signal }: Asking = {}) =>
    ask(ChatStanding, { path: `/stream/${segment(id)}/chat/standing`, signal }),
  react: (id: string, kind: Reaction) =>
    tell({ method: 'POST', path: `/stream/${segment(id)}/reactions`, body: { kind } }),
  moderate: (id: string, body: Moderate) => tell({ method: 'POST', path: `/stream/${segment(id)}/moderation`, body }),
  moderation: (id: string, { signal, ...query }: Listing = {}) =>
    ask(ModerationPage, { path: `/stream/${segment(id)}/moderation`, query, signal }),
  moderators: ({ signal }: Asking = {}) => ask(People, { path: '/users/me/moderators', signal }),
  nameModerator: (handle: string) => tell({ method: 'PUT', path: `/users/me/moderators/${segment(handle)}` }),
  unnameModerator: (handle: string) => tell({ method: 'DELETE', path: `/users/me/moderators/${segment(handle)}` }),
  heldWords: ({ signal }: Asking = {}) => ask(HeldWords, { path: '/users/me/held-words', signal }),
  setHeldWords: (words: string[]) => ask(HeldWords, { method: 'PUT', path: '/users/me/held-words', body: { words } }),
  curve: (id: string, { signal }: Asking = {}) => ask(ViewerCurve, { path: `/stream/${segment(id)}/curve`, signal }),
  playback: (id: string, { signal }: Asking = {}) =>
    ask(PlaybackView, { path: `/stream/${segment(id)}/playback`, signal }),
  streams: (filter: { state?: StreamQuery['state']; creator?: string }, { signal, ...query }: Listing = {}) =>
    ask(Streams, { path: '/stream', query: { ...filter, ...query }, signal }),
  myStreams: ({ signal, ...query }: Listing = {}) => ask(Streams, { path: '/stream/mine', query, signal }),

  report: (body: CreateReport) => tell({ method: 'POST', path: '/reports', body }),
  reports: ({ signal, ...query }: Listing = {}) => ask(ReportCasePage, { path: '/reports', query, signal }),
  platformActs: ({ signal, ...query }: Listing = {}) => ask(PlatformActPage, { path: '/reports/acts', query, signal }),
  actOnReport: (body: ActOnReport) => tell({ method: 'POST', path: '/reports/acts', body }),

  findPeople: (q: string, { signal, ...query }: Listing = {}) =>
    ask(People, { path: '/search', query: { q, kind: 'people', ...query }, signal }),
  findStreams: (q: string, { signal, ...query }: Listing = {}) =>
    ask(Streams, { path: '/search', query: { q, kind: 'streams', ...query }, signal }),
  findTags: (q: string, { signal, ...query }: Listing = {}) =>
    ask(Tags, { path: '/search', query: { q, kind: 'tags', ...query }, signal }),
  ofCategory: (category: Category, { signal, ...query }: Listing = {}) =>
    ask(Streams, { path: `/search/categories/${category}`, query, signal }),
  tagged: (tag: string, { signal, ...query }: Listing = {}) =>
    ask(TaggedPage, { path: `/search/tags/${segment(tag)}`, query, signal }),

  posts: (feed: 'explore' | 'feed' | { author: string }, { signal, ...query }: Listing = {}) =>
    typeof feed === 'string'
      ? ask(Posts, { path: `/posts/${feed}`, query, signal })
      : ask(Posts, { path: '/posts', query: { author: feed.author, ...query }, signal }),
  /** The post that announced a show; none where it was taken down. */
  postOfStream: async (id: string, { signal }: Asking = {}) =>
    (await ask(Posts, { path: '/posts', query: { stream: id }, signal })).items[0] ?? null,
  post: (id: string, { signal }: Asking = {}) => ask(PostView, { path: `/posts/${segment(id)}`, signal }),
  createUpload: (body: { type: string; bytes: number }) =>
    ask(UploadForm, { method: 'POST', path: '/posts/uploads', body }),
  // A film of 200 MB is looked through before its post is there.
  createPost: (body: CreatePost) => ask(PostView, { method: 'POST', path: '/posts', body, timeoutMs: 30_000 }),
  updatePost: (id: string, body: UpdatePost) => ask(PostView, { method: 'PATCH', path: `/posts/${segment(id)}`, body }),
  deletePost: (id: string) => tell({ method: 'DELETE', path: `/posts/${segment(id)}` }),
  like: (id: string) => tell({ method: 'PUT', path: `/posts/${segment(id)}/like` }),
  unlike: (id: string) => tell({ method: 'DELETE', path: `/posts/${segment(id)}/like` }),
  comments: (id: string, { signal, ...query }: Listing = {}) =>
    ask(Comments, { path: `/posts/${segment(id)}/comments`, query, signal }),
  comment: (id: string, text: string) =>
    ask(CommentView, { method: 'POST', path: `/posts/${segment(id)}/comments`, body: { text } }),
  deleteComment: (id: string, commentId: string) =>
    tell({ method: 'DELETE', path: `/posts/${segment(id)}/comments/${segment(commentId)}` }),
});

export type Api = ReturnType<typeof createApi>;
