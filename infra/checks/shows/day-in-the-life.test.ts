import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { AuthConfig, PlaybackView, PostView, ProfileView, StreamView, UploadForm } from '#contract/http';
import type { ServerMessage } from '#contract/realtime';
import { sendForm } from '../../../functions/uploads/bucket.testing.ts';
import { type LoopedCapture, openCapture } from './capture.ts';
import { createCapturePublisher } from './publisher.ts';
import { until } from '#stand-ins/until';
import { openBrowser, openWebApp, signIn } from '#stand-ins/identity/browser.testing';
import { makePlace, startCommand } from '../../local/platform.testing.ts';

/** What a browser has recorded: H.264 and AAC in Matroska, looped for as long as the show goes on. */
const CAPTURE = openCapture(fileURLToPath(new URL('../../../ingest-worker/fixtures/h264-aac.mkv', import.meta.url)));
const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const START_MS = 120_000;
const DAY_MS = 90_000;
const SOON_MS = 30_000;

let place: Awaited<ReturnType<typeof makePlace>>;
let platform: Awaited<ReturnType<typeof startCommand>>;
beforeAll(async () => {
  place = await makePlace();
  platform = await startCommand(place.environment);
  expect(platform.endedWith, platform.said()).toBeUndefined();
}, START_MS);
afterAll(async () => {
  await platform.kill('SIGTERM');
  await place.remove();
});

/** Somebody at a browser of their own, signed in on the issuer's own page. */
const signedIn = async (account: string) => {
  const { origin } = platform;
  const { issuer, clientId } = (await (await fetch(`${origin}/auth/config`)).json()) as AuthConfig;
  const web = await openWebApp({ issuer, clientId }, origin);
  const { access_token: token } = await signIn(openBrowser(origin), web, { account });

  /** A call of the API that has to go well: by default 200, and its body. */
  const call = async <Body>(method: string, path: string, body?: object, status = 200): Promise<Body> => {
    const answer = await fetch(`${origin}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    expect(answer.status, `${account}: ${method} ${path} answered ${text}`).toBe(status);
    return (text === '' ? undefined : JSON.parse(text)) as Body;
  };

  /** Joins the room of a show; what is said in it. */
  const join = async (streamId: string) => {
    const { ticket } = await call<{ ticket: string }>('POST', '/auth/tickets', undefined, 201);
    const heard: ServerMessage[] = [];
    const socket = new WebSocket(`${origin.replace('http', 'ws')}/realtime?ticket=${ticket}`, { origin });
    socket.on('message', (text: Buffer) => heard.push(JSON.parse(text.toString()) as ServerMessage));
    await once(socket, 'open');
    const say = (message: object): void => socket.send(JSON.stringify(message));
    say({ action: 'join', streamId });
    return {
      say,
      hears: <Type extends ServerMessage['type']>(
        type: Type,
        holds: (message: Extract<ServerMessage, { type: Type }>) => boolean = () => true,
      ) =>
        until(`${account} to hear of "${type}"`, async () =>
          heard.find(
            (message): message is Extract<ServerMessage, { type: Type }> =>
              message.type === type && holds(message as Extract<ServerMessage, { type: Type }>),
          ),
        ),
      leave: () => socket.close(),
    };
  };

  const { user } = await call<{ user: ProfileView }>('GET', '/auth/session');
  const list = async (path: string) => (await call<{ items: PostView[] }>('GET', path)).items;
  return {
    handle: user.handle,
    call,
    join,
    /** The posts of whom one follows. */
    feed: () => list('/posts/feed'),
    postsOf: (handle: string) => list(`/posts?author=${handle}`),
    explore: () => list('/posts/explore'),
    post: (id: string) => call<PostView>('GET', `/posts/${id}`),
    stream: (id: string) => call<StreamView>('GET', `/stream/${id}`),
    profile: (handle: string) => call<ProfileView>('GET', `/users/${handle}`),
  };
};

/** Plays two seconds of it, as any player would, and tells how many pictures it saw. */
const play = async (hls: string): Promise<number> => {
  const args = ['-v', 'error', '-stats', '-i', hls, '-map', '0:v', '-map', '0:a', '-t', '2', '-f', 'null', '-'];
  const { stderr } = await promisify(execFile)(process.env['FFMPEG_PATH'] ?? 'ffmpeg', args, { timeout: SOON_MS });
  return Number(/frame=\s*(\d+)(?!.*frame=)/s.exec(stderr)?.[1] ?? 0);
};

it(
  'a day on Vybzz: sign up, follow, go live, end, the recording posted, liked, deleted',
  async () => {
    // Morning: two people sign in, and one of them has something to show.
    const [maker, fan] = [await signedIn('chen'), await signedIn('bilal')];
    expect(await maker.call<ProfileView>('POST', '/users/me/creator')).toMatchObject({ creator: true });

    const form = await maker.call<UploadForm>(
      'POST',
      '/posts/uploads',
      { type: 'image/png', bytes: PICTURE.byteLength },
      201,
    );
    expect((await sendForm(form, PICTURE)).status, 'the picture is uploaded').toBe(201);
    const picture = await maker.call<PostView>('POST', '/posts', { text: 'My harness', uploadId: form.id }, 201);
    const shown = await fetch(picture.mediaUrl ?? '');
    expect([shown.status, shown.headers.get('content-type')]).toEqual([200, 'image/png']);
    expect(picture.mediaSize, 'the picture is the one that was sent').toEqual({ width: 1, height: 1 });

    // Noon: the other follows, likes and says so.
    expect(await fan.feed()).toEqual([]);
    expect(await fan.call<ProfileView>('PUT', `/users/${maker.handle}/follow`)).toMatchObject({
      followed: true,
      followers: 1,
    });
    expect((await fan.feed()).map(({ id }) => id)).toEqual([picture.id]);
    await fan.call('PUT', `/posts/${picture.id}/like`);
    await fan.call('POST', `/posts/${picture.id}/comments`, { text: 'When do you start?' }, 201);
    expect(await maker.post(picture.id)).toMatchObject({ likes: 1, comments: 1 });

    // Evening: live, from the browser's first chunk to a player's picture.
    const created = await maker.call<{ stream: StreamView; ingest: { url: string } }>(
      'POST',
      '/stream/create',
      { title: 'The evening show' },
      201,
    );
    const { id } = created.stream;
    const room = await fan.join(id);
    expect((await room.hears('joined')).live).toMatchObject({ id, state: 'created', chat: [] });

    const publisher = createCapturePublisher({ capture: CAPTURE, getUrl: async () => created.ingest.url });
    publisher.start();
    await room.hears('stream', ({ stream }) => stream.state === 'live');
    expect(await maker.profile(maker.handle)).toMatchObject({ liveStreamId: id });

    const live = await until('the show is in the feed of who follows', async () =>
      (await fan.feed()).find(({ stream }) => stream?.id === id),
    );
    expect(live).toMatchObject({
      text: 'The evening show',
      stream: { state: 'live' },
      author: { handle: maker.handle },
    });
    expect((await fan.feed()).map((post) => post.id)).toEqual([live.id, picture.id]);

    const onAir = await fan.call<PlaybackView>('GET', `/stream/${id}/playback`);
    expect(onAir.kind).toBe('live');
    expect(await play(onAir.hls), 'pictures of the show on the air').toBeGreaterThan(20);

    // chat is off: the room tells and does not take, and the show goes on
    room.say({ action: 'chat', streamId: id, text: 'Hello?', clientId: '1' });
    expect(await room.hears('refused')).toMatchObject({ error: 'invalid-request' });
    expect(await fan.call('GET', `/stream/${id}/live`)).toMatchObject({ state: 'live', chat: [] });

    // Night: it ends, and its post is now its recording.
    await maker.call('POST', `/stream/${id}/end`);
    await room.hears('stream', ({ stream }) => stream.state === 'ended');
    room.leave();
    expect(await publisher.over, 'how the worker takes leave of the browser').toBe('ended-elsewhere');
    expect((await maker.profile(maker.handle)).liveStreamId).toBeUndefined();

    const recorded = await until('the recording is ready, and as long as it will be', async () => {
      const post = await fan.post(live.id);
      return post.stream?.recording === 'ready' && post.stream.durationSeconds !== undefined && post;
    });
    expect(recorded.stream).toMatchObject({ state: 'ended', endedBecause: 'finished' });
    expect(recorded.stream?.durationSeconds).toBeGreaterThan(2);
    const kept = await fan.call<PlaybackView>('GET', `/stream/${id}/playback`);
    expect(kept.kind).toBe('recording');
    expect(await play(kept.hls), 'pictures of the recording').toBeGreaterThan(20);
    expect(
      (await fan.feed()).map((post) => post.id),
      'one post a show, live or recorded',
    ).toEqual([live.id, picture.id]);
    expect(await fan.call<PostView>('PUT', `/posts/${live.id}/like`)).toMatchObject({ likes: 1, liked: true });

    // The morning after: it is taken down, and nothing of it is left.
    await maker.call('DELETE', `/posts/${live.id}`, undefined, 204);
    await fan.call('GET', `/posts/${live.id}`, undefined, 404);
    for (const [where, posts] of [
      ['the feed', await fan.feed()],
      ['explore', await fan.explore()],
      ['the author’s page', await fan.postsOf(maker.handle)],
    ] as const)
      expect(
        posts.map((post) => post.id),
        where,
      ).toEqual([picture.id]);
    expect(await fan.post(picture.id)).toMatchObject({ likes: 1, liked: true, comments: 1 });
    expect(await fan.profile(maker.handle)).toMatchObject({ followers: 1, following: 0 });
    expect(await maker.profile(fan.handle)).toMatchObject({ followers: 0, following: 1 });

    await maker.call('DELETE', `/posts/${picture.id}`, undefined, 204);
    await until('the picture goes with its post', async () => !(await fetch(picture.mediaUrl ?? '')).ok);
    expect(await fan.feed()).toEqual([]);
  },
  DAY_MS,
);

it(
  'a show that could never be played leaves nothing open behind it: the next has its own beginning and its own recording',
  async () => {
    const maker = await signedIn('asha');
    const begin = async (title: string, capture: LoopedCapture) => {
      const { stream, ingest } = await maker.call<{ stream: StreamView; ingest: { url: string } }>(
        'POST',
        '/stream/create',
        { title },
        201,
      );
      const publisher = createCapturePublisher({ capture, getUrl: async () => ingest.url });
      publisher.start();
      const reaches = (state: StreamView['state']) =>
        until(`"${title}" is ${state}`, async () => (await maker.stream(stream.id)).state === state);
      return { id: stream.id, publisher, reaches };
    };
    const recordingOf = (id: string) =>
      until('its recording is ready, and as long as it will be', async () => {
        const { recording, durationSeconds } = await maker.stream(id);
        return recording === 'ready' && durationSeconds;
      });

    // one key frame, as of a slide that stays: it reaches Mux, which has nothing to play of it
    const slide = await begin('The slide', { ...CAPTURE, units: () => firstOf(CAPTURE.units()) });
    await slide.reaches('connecting');
    await maker.call('POST', `/stream/${slide.id}/end`);
    await slide.publisher.over;
    await slide.reaches('ended');

    const next = await begin('The talk', CAPTURE);
    await next.reaches('live');
    await until('some of it has been played', async () => next.publisher.mediaMs > TALK_MS);
    await maker.call('POST', `/stream/${next.id}/end`);
    await next.publisher.over;
    const seconds = await recordingOf(next.id);
    expect(seconds, 'all of it is in its own recording, and nothing of the slide').toBeGreaterThan(TALK_MS / 1_000 - 2);
    expect(seconds).toBeLessThan(next.publisher.mediaMs / 1_000 + 1);
    const { recording, durationSeconds } = await maker.stream(slide.id);
    expect([recording, durationSeconds ?? 0], 'the slide has at most its own few seconds').toEqual([
      expect.stringMatching(/^(none|ready|failed)$/),
      expect.toSatisfy((length: number) => length < 3),
    ]);
  },
  DAY_MS,
);

const TALK_MS = 8_000;

/** What comes first, and nothing after it. */
function* firstOf<Item>(items: Generator<Item>): Generator<Item> {
  const { value, done } = items.next();
  if (done !== true) yield value;
}
