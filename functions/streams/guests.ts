import { Hono } from 'hono';
import { ComeAsGuest } from '#contract/guests';
import { type RoomEnv, signedIn, unsuspended } from '../http/caller.ts';
import type { LimitedMiddleware } from '../http/limited.ts';
import { body } from '../http/valid.ts';
import type { Guests } from '../shows/guests.ts';
import type { Addressed } from './addressed.ts';

export type GuestParts = { limited: LimitedMiddleware; guests: Pick<Guests, 'invite' | 'revoke' | 'welcome'> };

/** Nobody keeps an answer that opens something. */
const UNKEPT = { 'Cache-Control': 'private, no-store' };

/** How guests come to a show. The code of a link is in bodies alone: an address is written down where it passes. */
export const createGuestRoutes = ({ limited, guests, own }: GuestParts & Pick<Addressed, 'own'>) =>
  new Hono<RoomEnv>()
    .post('/stream/:id/guests/invitation', signedIn, limited('invite'), unsuspended, async (c) => {
      const { stream } = await own(c);
      return c.json(await guests.invite(stream), 201, UNKEPT);
    })

    .delete('/stream/:id/guests/invitation', signedIn, limited('invite'), async (c) => {
      const { stream } = await own(c);
      await guests.revoke(stream);
      return c.body(null, 204);
    })

    .post('/stream/guests', limited('guest'), body(ComeAsGuest), async (c) =>
      c.json(await guests.welcome(c.req.valid('json'), c.get('user')), 201, UNKEPT),
    );
