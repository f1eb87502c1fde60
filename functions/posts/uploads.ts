import { Hono } from 'hono';
import { CreateUpload } from '#contract/http';
import { parseUploadId, type UploadId, type UserId } from '#domain/ids';
import { type Publish, type PublishedUpload, type Upload, UPLOAD_TYPES } from '#domain/upload';
import { type Caller, requireCreator, type RoomEnv, signedIn } from '../http/caller.ts';
import type { LimitedMiddleware } from '../http/limited.ts';
import { Refusal } from '../http/refusal.ts';
import { body } from '../http/valid.ts';
import type { Bucket } from '../uploads/bucket.ts';
import { uploadGone, uploadUnusable } from './refusals.ts';

export type UploadParts = {
  limited: LimitedMiddleware;
  uploads: {
    announce(owner: UserId, upload: Upload, now: number): Promise<void>;
    waiting(owner: UserId, id: UploadId, now: number): Promise<Upload | undefined>;
  };
  /** Undefined where nothing can be uploaded. */
  bucket: Pick<Bucket, 'form'> | undefined;
  /** Puts what has come where people see it. */
  publish: Publish | undefined;
  clock: () => Date;
  newUploadId: (now: number) => UploadId;
};

/** Files that are to be shown in posts: how they come in, and which of them have come. */
export const createUploads = ({ limited, uploads, bucket, publish, clock, newUploadId }: UploadParts) => {
  /** The file that a post is to show, where people see it from now on: its author's own, that has come and is in no post yet. */
  const arrived = async (text: string, caller: Pick<Caller, 'userId'>, at: number): Promise<PublishedUpload> => {
    const id = parseUploadId(text);
    const upload = id && (await uploads.waiting(caller.userId, id, at));
    if (!upload || !publish) throw uploadGone();
    const publication = await publish(caller.userId, upload);
    if (publication.published) return { ...upload, ...(publication.picture && { picture: publication.picture }) };
    if (publication.because === 'unusable') throw uploadUnusable();
    throw new Refusal('upload-not-arrived', 'The file has not been uploaded yet.');
  };

  const routes = new Hono<RoomEnv>().post(
    '/posts/uploads',
    signedIn,
    limited('upload'),
    body(CreateUpload),
    async (c) => {
      const { userId } = requireCreator(c);
      const { type, bytes } = c.req.valid('json');
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
    },
  );

  return { arrived, routes };
};
