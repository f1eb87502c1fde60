import { Hono } from 'hono';
import { EncoderKeyWanted } from '#contract/http';
import { requireCreator, type RoomEnv, signedIn } from '../http/caller.ts';
import type { LimitedMiddleware } from '../http/limited.ts';
import { body } from '../http/valid.ts';
import type { Encoders } from '../shows/encoders.ts';
import { requireSigning } from './permission.ts';

export type EncoderParts = {
  limited: LimitedMiddleware;
  encoders: Pick<Encoders, 'newKey' | 'about' | 'open'>;
  video: { canSign: boolean };
};

/** How a creator's own encoder gets in. A key is in one answer, once, and no cache keeps that. */
export const createEncoderRoutes = ({ limited, encoders, video }: EncoderParts) =>
  new Hono<RoomEnv>()
    .get('/stream/encoder', async (c) => c.json(await encoders.about(requireCreator(c).userId)))

    .post('/stream/encoder/key', signedIn, limited('encoderKey'), body(EncoderKeyWanted), async (c) => {
      const { userId } = requireCreator(c);
      const { visibility } = c.req.valid('json');
      requireSigning(video, visibility);
      return c.json(await encoders.newKey(userId, visibility), 201, { 'Cache-Control': 'private, no-store' });
    });
