import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '#domain/ids';
import type { User } from '#domain/user';
import { buildProfiles } from '../assembly/profiles.ts';
import { openShowRooms } from '../show-rooms.testing.ts';

const rooms = await openShowRooms();
afterAll(() => rooms.close());
let creator: User;
beforeEach(async () => {
  creator = await rooms.newCreator();
});

const liveStreamOf = (user: User): string => {
  const live = rooms.fake.made.findLast(({ passthrough }) => passthrough.includes(user.id));
  if (!live) throw new Error('nothing was made at Mux');
  return live.id;
};

/** A show of the creator's that is on the air. */
const onAir = async (body?: object) => {
  const show = await rooms.begin(creator, body);
  await show.feed.renew('live');
  await rooms.deliver(show.mux.recording());
  await rooms.deliver(show.mux.active());
  return show;
};

const finish = async ({ id, feed }: Awaited<ReturnType<typeof onAir>>) => {
  await feed.release('finished');
  await rooms.call('POST', `/stream/${id}/end`, { as: creator });
};

describe('POST /stream/create', () => {
  const post = (as: User | undefined, body: unknown, headers = {}) =>
    rooms.call('POST', '/stream/create', { as, body, headers });

  it.each([
    ['nobody', undefined, 401, 'not-signed-in'],
    ['a viewer', 'chen', 403, 'not-a-creator'],
  ])('is refused to %s', async (_, handle, status, error) => {
    const answer = await post(handle ? rooms.everybody.get(handle) : undefined, { title: 'A show' });
    expect([answer.status, answer.body.error]).toEqual([status, error]);
  });

  it.each([
    ['no title', {}, 'title'],
    ['a title of spaces', { title: '   ' }, 'title'],
    ['a title of 141 characters', { title: 'x'.repeat(141) }, 'title'],
    ['a visibility that there is not', { title: 'A', visibility: 'friends' }, 'visibility'],
    ['a time that is past', { title: 'A', scheduledFor: '2020-01-01T00:00:00.000Z' }, 'scheduledFor'],
    ['a time that is none', { title: 'A', scheduledFor: 'tomorrow' }, 'scheduledFor'],
  ])('refuses %s, and says which field', async (_, body, field) => {
    const answer = await post(creator, body);
    expect([answer.status, answer.body.error, answer.body.details.fields[0].field]).toEqual([
      400,
      'invalid-request',
      field,
    ]);
  });

  it('refuses what is not JSON, and what is too much of it', async () => {
    const text = await post(creator, undefined, { 'content-type': 'text/plain' });
    expect([text.status, text.body.error]).toEqual([415, 'unsupported-media-type']);
    const broken = await rooms.raw('POST', '/stream/create', { as: creator, body: '{"title":' });
    expect([broken.status, broken.body.error]).toEqual([400, 'invalid-request']);
    const large = await post(creator, { title: 'A', description: 'x'.repeat(70_000) });
    expect([large.status, large.body.error]).toEqual([413, 'body-too-large']);
  });

  it('takes a retry, and a change of mind, as one show in waiting', async () => {
    const first = await rooms.create(creator, { title: 'First' });
    const again = await rooms.create(creator, { title: 'First' });
    const changed = await rooms.create(creator, { title: 'Second', description: 'New' });
    expect([again.id, changed.id]).toEqual([first.id, first.id]);
    expect(changed.stream).toMatchObject({ title: 'Second', description: 'New', state: 'created' });
    expect(new Set([first.key, again.key, changed.key]).size).toBe(3);
  });

  it('makes one show and one live stream at Mux of a hundred calls at once', async () => {
    const before = rooms.fake.made.length;
    const answers = await Promise.all(Array.from({ length: 100 }, () => post(creator, { title: 'At once' })));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(answers.map(({ body }) => body.stream.id)).size).toBe(1);
    expect(rooms.fake.made.length - before).toBe(1);
  });

  it('is refused while another show of theirs is on the air, with its id', async () => {
    const show = await onAir();
    const answer = await post(creator, { title: 'Another' });
    expect([answer.status, answer.body]).toEqual([
      409,
      { error: 'already-live', message: expect.any(String), details: { streamId: show.id } },
    ]);
    await finish(show);
    expect((await post(creator, { title: 'Another' })).status).toBe(201);
  });

  it('uses the channel again, and sets it as the next show needs it', async () => {
    const show = await onAir();
    await finish(show);
    await rooms.create(creator, { title: 'Quick', latency: 'low' });
    const made = rooms.fake.made.filter(({ passthrough }) => passthrough.includes(creator.id));
    expect(made).toMatchObject([{ latency: 'low', reconnectWindowSeconds: 660 }]);
  });

  it('has a channel of its own for followers, and another for tests', async () => {
    const show = await onAir({ title: 'For all' });
    await finish(show);
    await rooms.create(creator, { title: 'For some', visibility: 'followers' });
    await rooms.create(creator, { title: 'A test', test: true });
    const made = rooms.fake.made.filter(({ passthrough }) => passthrough.includes(creator.id));
    expect(made.map(({ passthrough, visibility, test }) => [passthrough.split(':').at(-1), visibility, test])).toEqual([
      ['public', 'public', false],
      ['followers', 'followers', false],
      ['test-public', 'public', true],
    ]);
  });

  it('announces a show without giving it the air', async () => {
    const scheduledFor = new Date(rooms.now() + 3_600_000).toISOString();
    const announced = await post(creator, { title: 'Tonight', scheduledFor });
    expect([announced.status, announced.body.ingest, announced.body.stream.scheduledFor]).toEqual([
      201,
      undefined,
      scheduledFor,
    ]);
    const list = await rooms.call('GET', '/stream?state=scheduled&limit=100');
    expect(list.body.items.map(({ id }: { id: string }) => id)).toContain(announced.body.stream.id);
    const show = await onAir({ title: 'Now' });
    const early = await rooms.call('POST', `/stream/${announced.body.stream.id}/ingest`, { as: creator });
    expect([early.status, early.body.details]).toEqual([409, { streamId: show.id }]);
    await finish(show);
    const { body } = await rooms.call('POST', `/stream/${announced.body.stream.id}/ingest`, { as: creator });
    expect(await rooms.ingest.redeem(body.ingest.streamKey, rooms.now())).toMatchObject({ redeemed: true });
  });
});

describe('POST /stream/{id}/ingest', () => {
  it('gives a fresh key for the same show, on the air too, and leaves the channel alone then', async () => {
    const { id } = await onAir();
    const set = rooms.fake.video.set;
    rooms.fake.video.set = () => Promise.reject(new Error('the channel was touched'));
    const answer = await rooms.call('POST', `/stream/${id}/ingest`, { as: creator });
    rooms.fake.video.set = set;
    expect([answer.status, Object.keys(answer.body.ingest)]).toEqual([200, ['url', 'streamKey', 'expiresAt']]);
    const next = await rooms.feed(answer.body.ingest.streamKey);
    expect(next.fence).toBe(2);
  });

  it('is its creator’s alone, and nobody’s once the show is over', async () => {
    const show = await onAir();
    const of = async (as?: User) => (await rooms.call('POST', `/stream/${show.id}/ingest`, { as })).body.error;
    expect([await of(), await of(rooms.otherCreator), await of(rooms.moderator)]).toEqual([
      'not-signed-in',
      'not-allowed',
      'not-allowed',
    ]);
    await finish(show);
    expect(await of(creator)).toBe('stream-ended');
  });
});

describe('a show for followers', () => {
  it('is seen and played by its creator, by followers and by moderators, with a signed address', async () => {
    const show = await onAir({ title: 'For friends', visibility: 'followers' });
    await rooms.known.follows.follow(rooms.viewer.id, creator.id, rooms.now());
    const of = async (path: string, as?: User) => {
      const { status, body } = await rooms.call('GET', `/stream/${show.id}${path}`, { as });
      return body.error ?? status;
    };
    for (const path of ['', '/live', '/playback'])
      expect([
        await of(path),
        await of(path, rooms.otherCreator),
        await of(path, rooms.viewer),
        await of(path, rooms.moderator),
        await of(path, creator),
      ]).toEqual(['not-signed-in', 'not-allowed', 200, 200, 200]);
    for (const as of [undefined, rooms.otherCreator])
      expect((await rooms.call('GET', `/stream/${show.id}`, { as })).body.details).toEqual({
        creator: expect.objectContaining({ handle: creator.handle, name: creator.name }),
      });
    const { body, headers } = await rooms.call('GET', `/stream/${show.id}/playback`, { as: rooms.viewer });
    expect([body.token, headers.get('cache-control')]).toEqual(['signed', 'private, no-store']);
    // whoever loses access has lost the picture as soon; but a crowd that asks does not do so six times as often
    expect(body.goodForMs).toBe(10_000);
    const counted = { viewers: 5_000, at: rooms.now(), peak: 5_000, total: 5_000, oneIn: 2 };
    await rooms.streaming.figures.write(show.id, { ...counted, crowded: { since: rooms.now(), socketsEach: 1 } });
    expect((await rooms.call('GET', `/stream/${show.id}/playback`, { as: rooms.viewer })).body.goodForMs).toBe(60_000);
    await rooms.streaming.figures.write(show.id, { ...counted, viewers: 5 });
    // a profile tells of it only whom it is for
    const profiles = buildProfiles(rooms.base, rooms.known);
    const told = async (who: User | undefined) => {
      const viewer = who && { userId: who.id, handle: who.handle, name: who.name, roles: [], suspended: undefined };
      return (await profiles.profileOf(creator, viewer)).liveStreamId;
    };
    expect([await told(undefined), await told(rooms.otherCreator), await told(rooms.viewer)]).toEqual([
      undefined,
      undefined,
      show.id,
    ]);
    const live = await rooms.call('GET', `/stream/${show.id}/live`, { as: rooms.viewer });
    expect(live.headers.get('cache-control')).toBe('private, max-age=2');

    const listed = async (path: string, as?: User) =>
      (await rooms.call('GET', path, { as })).body.items.some(({ id }: { id: string }) => id === show.id);
    for (const path of ['/stream?state=live&limit=100', `/stream?creator=${creator.handle}`])
      expect([await listed(path), await listed(path, rooms.otherCreator), await listed(path, rooms.viewer)]).toEqual([
        false,
        false,
        true,
      ]);
    await finish(show);
  });

  it('is refused where nothing can be signed', async () => {
    rooms.fake.video.canSign = false;
    const answer = await rooms.call('POST', '/stream/create', {
      as: creator,
      body: { title: 'A', visibility: 'followers' },
    });
    rooms.fake.video.canSign = true;
    expect([answer.status, answer.body.error]).toEqual([403, 'not-allowed']);
  });
});

describe('PATCH /stream/{id}', () => {
  it('changes what is said of a show at any time, and who may see it before it begins', async () => {
    const { id } = await rooms.create(creator);
    const patch = (body: object, as: User | undefined = creator) => rooms.call('PATCH', `/stream/${id}`, { as, body });
    expect((await patch({ title: 'Renamed', visibility: 'followers' })).body).toMatchObject({
      title: 'Renamed',
      visibility: 'followers',
    });
    const ingest = await rooms.call('POST', `/stream/${id}/ingest`, { as: creator });
    const feed = await rooms.feed(ingest.body.ingest.streamKey);
    expect((await patch({ visibility: 'public' })).body.error).toBe('stream-live');
    expect((await patch({ title: 'On the air', description: '' })).body).toMatchObject({
      title: 'On the air',
      description: '',
    });
    expect((await patch({ title: 'Mine' }, rooms.otherCreator)).body.error).toBe('not-allowed');
    await feed.release('finished');
    expect((await patch({ visibility: 'public' })).body.error).toBe('stream-ended');
    expect((await patch({ title: 'Recorded' })).body.title).toBe('Recorded');
  });

  it('puts a show that changes its public on the channel that it then needs', async () => {
    const { id, key } = await rooms.create(creator);
    await rooms.call('PATCH', `/stream/${id}`, { as: creator, body: { visibility: 'followers' } });
    const feed = await rooms.feed(key);
    const made = rooms.fake.made.find(({ passthrough }) => passthrough.endsWith(`${creator.id}:followers`));
    expect(feed.muxStreamKey).toBe(made?.muxStreamKey);
  });

  it('takes an announcement back', async () => {
    const scheduledFor = new Date(rooms.now() + 3_600_000).toISOString();
    const { id } = await rooms.create(creator, { title: 'Soon', scheduledFor });
    const { body } = await rooms.call('PATCH', `/stream/${id}`, { as: creator, body: { scheduledFor: null } });
    expect([body.state, body.scheduledFor]).toEqual(['created', undefined]);
  });
});

describe('POST /stream/{id}/end', () => {
  it('ends a show that was never begun at once, and does so again without harm', async () => {
    const { id } = await rooms.create(creator);
    const end = () => rooms.call('POST', `/stream/${id}/end`, { as: creator });
    expect((await end()).body).toMatchObject({ state: 'ended', endedBecause: 'finished', ending: false });
    expect((await end()).body).toMatchObject({ state: 'ended', endedBecause: 'finished' });
  });

  it('is a moderator’s too, and nobody else’s', async () => {
    const { id, feed } = await onAir();
    const end = (as?: User) => rooms.call('POST', `/stream/${id}/end`, { as });
    expect([(await end()).status, (await end(rooms.otherCreator)).status, (await end(rooms.viewer)).status]).toEqual([
      401, 403, 403,
    ]);
    const ended = end(rooms.moderator);
    let renewal = await feed.renew();
    while (renewal.held && !renewal.endRequested) renewal = await feed.renew();
    await feed.release('ended-elsewhere');
    expect((await ended).body).toMatchObject({ state: 'ended', endedBecause: 'moderated' });
  });

  it('answers in five seconds where the worker does not let go, and says that it is ending', async () => {
    const { id, feed } = await onAir();
    const asked = rooms.now();
    const { status, body } = await rooms.call('POST', `/stream/${id}/end`, { as: creator });
    expect([status, body.state, body.ending]).toEqual([200, 'live', true]);
    expect(rooms.now() - asked).toBeLessThanOrEqual(5_250);
    expect(rooms.fake.completed).not.toContain(liveStreamOf(creator));
    await feed.release('ended-elsewhere');
    await rooms.sweep();
    expect(rooms.fake.completed).toContain(liveStreamOf(creator));
  });

  it('is over for everybody although Mux does not hear of it, which it then does', async () => {
    const show = await onAir();
    const complete = rooms.fake.video.complete;
    rooms.fake.video.complete = () => Promise.reject(new Error('mux is away'));
    await finish(show);
    expect((await rooms.see(show.id)).state).toBe('ended');
    const next = await rooms.call('POST', '/stream/create', { as: creator, body: { title: 'Next' } });
    expect(next.status).toBe(500);
    rooms.fake.video.complete = complete;
    expect((await rooms.call('POST', '/stream/create', { as: creator, body: { title: 'Next' } })).status).toBe(201);
    expect(rooms.fake.completed.filter((id) => id === liveStreamOf(creator))).toHaveLength(1);
  });
});

describe('lists', () => {
  it('page through what is on the air, newest first, each once', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 7; i++) {
      creator = await rooms.join(`star_${i}`, { creator: true });
      ids.unshift((await onAir({ title: `Show ${i}` })).id);
      rooms.later(1_000);
    }
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const { body } = await rooms.call('GET', `/stream?state=live&limit=3${cursor ? `&cursor=${cursor}` : ''}`);
      expect(body.items.length).toBeLessThanOrEqual(3);
      seen.push(...body.items.map(({ id }: { id: string }) => id));
      cursor = body.cursor;
    } while (cursor);
    expect(seen.slice(0, 7)).toEqual(ids);
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('of what is announced are not emptied by shows that the viewer may not see', async () => {
    const scheduledFor = (hours: number) => new Date(rooms.now() + hours * 3_600_000).toISOString();
    for (let i = 0; i < 21; i++)
      await rooms.create(creator, {
        title: `Hidden ${i}`,
        visibility: 'followers',
        scheduledFor: scheduledFor(1 + i / 60),
      });
    const open = await rooms.create(creator, { title: 'Open to all', scheduledFor: scheduledFor(3) });
    const titles = async (path: string, as?: User) =>
      (await rooms.call('GET', path, { as })).body.items.map(({ title }: { title: string }) => title);
    expect(await titles('/stream?state=scheduled&limit=20')).toContain('Open to all');
    expect(await titles(`/stream?creator=${creator.handle}&limit=1`)).toEqual(['Open to all']);
    expect(await titles(`/stream?creator=${creator.handle}&state=scheduled&limit=100`, creator)).toHaveLength(22);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const next = cursor === undefined ? '' : `&cursor=${cursor}`;
      const { body } = await rooms.call('GET', `/stream/mine?limit=4${next}`, { as: creator });
      seen.push(...body.items.map(({ id }: { id: string }) => id));
      cursor = body.cursor;
    } while (cursor !== undefined);
    expect([seen.length, new Set(seen).size]).toEqual([22, 22]);
    expect(seen).toContain(open.id);
  });

  it('show others only what was begun or announced, and its creator all', async () => {
    await rooms.create(creator, { title: 'In waiting' });
    const others = await rooms.call('GET', `/stream?creator=${creator.handle}`);
    const mine = await rooms.call('GET', '/stream/mine', { as: creator });
    expect([others.body, mine.body.items.map(({ title }: { title: string }) => title)]).toEqual([
      { items: [] },
      ['In waiting'],
    ]);
    expect((await rooms.call('GET', '/stream/mine')).status).toBe(401);
    expect((await rooms.call('GET', '/stream?creator=nobody_here')).body.error).toBe('user-not-found');
  });

  it.each(['made-up', 'e30.AAAAAAAAAAAAAAAAAAAAAA', '%00'])('refuse the cursor %s', async (cursor) => {
    const { status, body } = await rooms.call('GET', `/stream?state=live&cursor=${cursor}`);
    expect([status, body.error]).toEqual([400, 'invalid-request']);
  });

  it('refuse another list’s cursor, and a limit out of bounds', async () => {
    await onAir();
    const { body } = await rooms.call('GET', '/stream?state=live&limit=1');
    expect((await rooms.call('GET', `/stream?state=scheduled&cursor=${body.cursor}`)).status).toBe(400);
    for (const limit of ['0', '101', 'x']) expect((await rooms.call('GET', `/stream?limit=${limit}`)).status).toBe(400);
  });
});

describe('an address', () => {
  it('of a show that is not there is 404, of no route too, and of a route by another method 405', async () => {
    const of = async (method: string, path: string) => (await rooms.call(method, path, { as: creator })).body.error;
    expect([
      await of('GET', `/stream/${newId('str', 1)}`),
      await of('GET', '/stream/not-an-id'),
      await of('POST', `/stream/${newId('str', 1)}/end`),
      await of('GET', '/stream/a/b/c'),
      await of('DELETE', '/stream/mine'),
    ]).toEqual(['stream-not-found', 'stream-not-found', 'stream-not-found', 'not-found', 'method-not-allowed']);
  });

  it('answers with a request id, with nothing to sniff or frame, and refusals are kept by nobody', async () => {
    const { headers } = await rooms.call('GET', '/stream/not-an-id');
    expect(headers.get('x-request-id')).toMatch(/^[\w-]{10,}$/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'");
    expect(headers.get('cache-control')).toBe('no-store');
  });
});
