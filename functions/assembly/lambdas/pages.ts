import { Hono } from 'hono';
import { latest, onHttp, startLambda } from '../lambda.ts';
import { createPeople } from '../people.ts';
import { createStreaming } from '../streaming.ts';
import { buildPagesRoom } from '../rooms/pages.ts';

const room = await startLambda('pages', {
  env: process.env,
  needs: [],
  build: (lambda) => {
    const { base } = lambda;
    const people = createPeople(base);
    const { pages, oembed } = buildPagesRoom(base, people, createStreaming(base, people));
    return onHttp(
      new Hono().all('/oembed', (c) => oembed.fetch(c.req.raw, c.env)).all('*', (c) => pages.fetch(c.req.raw, c.env)),
      lambda,
    );
  },
});

/** Every path that is no other room's, and `/oembed`. */
export const handler = latest(room);
