import { Hono } from 'hono';
import { CreateUpload } from '#contract/http';
import type { UploadId, UserId } from '#domain/ids';
import { type Upload, UPLOAD_TYPES } from '#domain/upload';
import { requireCreator, requireUser, type RoomEnv, signedIn } from '../http/caller.ts';
import type { LimitedMiddleware } from '../http/limited.ts';
import { Refusal } from '../http/refusal.ts';
import { body } from '../http/valid.ts';
import type { Bucket } from '../uploads/bucket.ts';

export type UploadParts = {
  limited: LimitedMiddleware;
  uploads: { announce(owner: UserId, upload: Upload, now: number): Promise<void> };
  /** Undefined where nothing can be uploaded. */
  bucket: Pick<Bucket, 'form'> | undefined;
  clock: () => Date;
  newUploadId: (now: number) => UploadId;
};

/** How files come in that are to be shown: pictures of everybody's, films of creators'. */
export const createUploadRoutes = ({ limited, uploads, bucket, clock, newUploadId }: UploadParts) =>
  new Hono<RoomEnv>().post('/posts/uploads', signedIn, limited('upload'), body(CreateUpload), async (c) => {
    const { type, bytes } = c.req.valid('json');
    const { userId } = type.startsWith('image/') ? requireUser(c) : requireCreator(c);
    const { maxBytes } = UPLOAD_TYPES[type];
    if (bytes > maxBytes)
      throw new Refusal('body-too-large', `A file of this type may have ${maxBytes / 1024 / 1024} MB.`);
    if (!bucket)
      throw new Refusal('temporarily-unavailable', 'Nothing can be uploaded here. Give an address of it instead.');
    const at = clock().getTime();
    const upload = { id: newUploadId(at), type };
    // first what removes it, then what lets it in: no file is ever there that nobody knows of
    await uploads.announce(userId, upload, at);
    const { url, fields, expiresAt } = await bucket.form(userId, upload, bytes, at);
    return c.json({ id: upload.id, url, fields, expiresAt: new Date(expiresAt).toISOString() }, 201);
  });
