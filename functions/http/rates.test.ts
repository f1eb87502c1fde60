import { createMiddleware } from 'hono/factory';
import { afterAll, expect, it } from 'vitest';
import { OPERATIONS } from '#contract/operations';
import { buildAuthRoom } from '../assembly/rooms/auth.ts';
import { buildPostsRoom } from '../assembly/rooms/posts.ts';
import { buildReportsRoom } from '../assembly/rooms/reports.ts';
import { buildStreamsRoom } from '../assembly/rooms/streams.ts';
import { buildUsersRoom } from '../assembly/rooms/users.ts';
import { openControlPlane } from '../rooms.testing.ts';
import type { RoomEnv } from './caller.ts';
import type { Limited } from './limited.ts';
import { Refusal } from './refusal.ts';

/** What changes something; Mux's own calls are signed, and have a share of the API that is theirs. */
const WRITING = OPERATIONS.filter(({ method, who }) => method !== 'GET' && who !== 'Mux');

const plane = await openControlPlane();
afterAll(() => plane.close());

it.each(WRITING.map(({ method, path }) => [`${method} ${path}`, method, path]))(
  '%s has a rate, which is looked at before anything else',
  async (_, method, path) => {
    const { token } = await plane.signUp(`rated ${method} ${path}`, { makes_shows: true });
    const asked: Limited[] = [];
    const limited = (what: Limited) =>
      createMiddleware<RoomEnv>(async () => {
        asked.push(what);
        throw new Refusal('too-many-requests', 'That is too often.');
      });
    const people = { ...plane.people, limited };
    const { base, streaming } = plane;
    const rooms = {
      auth: buildAuthRoom(base, people, plane.profiles),
      users: buildUsersRoom(base, people, plane.profiles, plane.streaming, undefined),
      posts: buildPostsRoom(base, people, streaming, undefined),
      stream: buildStreamsRoom(base, people, streaming, undefined),
      reports: buildReportsRoom(base, people, streaming),
    };
    const name = path.split('/')[1] ?? '';
    const room = Object.entries(rooms).find(([one]) => one === name)?.[1];
    const answer = await room?.request(path.replaceAll(/\{\w+\}/g, 'any'), {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(method !== 'DELETE' && { body: '{}' }),
    });
    expect([answer?.status, asked.length]).toEqual([429, 1]);
  },
);
