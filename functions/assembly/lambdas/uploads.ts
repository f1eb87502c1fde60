import * as z from 'zod/mini';
import { parseUploadId, parseUserId } from '#domain/ids';
import { UPLOAD_TYPES, UPLOAD_USES, type UploadType } from '#domain/upload';
import { counted, latest, startLambda } from '../lambda.ts';
import { buildPublishing } from '../rooms/uploads.ts';

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of a constant are what it is made of
const types = Object.keys(UPLOAD_TYPES) as UploadType[];
const Asked = z.object({
  owner: z.string(),
  upload: z.object({ id: z.string(), type: z.enum(types) }),
  /** Rooms of the release before say nothing of it. */
  use: z._default(z.enum(UPLOAD_USES), 'post'),
});

const room = await startLambda('uploads', {
  env: process.env,
  needs: [],
  build: ({ base, metrics }) => {
    const publish = buildPublishing(base);
    return (event: unknown) =>
      counted(metrics, () => {
        const { owner, upload, use } = Asked.parse(event);
        const [ownerId, id] = [parseUserId(owner), parseUploadId(upload.id)];
        if (!ownerId || !id || !publish) throw new Error('There is no such upload.');
        return publish(ownerId, { id, type: upload.type }, use);
      });
  },
});

/** Puts one uploaded file where people see it. Invoked by the rooms of posts and of people alone. */
export const handler = latest(room);
