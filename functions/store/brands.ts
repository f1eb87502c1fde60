import * as z from 'zod/mini';
import {
  parseActId,
  parseCommentId,
  parseHandle,
  parsePostId,
  parseStreamId,
  parseUploadId,
  parseUserId,
} from '#domain/ids';
import { UPLOAD_TYPES, type UploadType } from '#domain/upload';

/** The text in an item as the id that it was written from. */
const branded = <Id extends string>(kind: string, parse: (text: string) => Id | undefined) =>
  z.pipe(
    z.string(),
    z.transform((text, context): Id => {
      const id = parse(text);
      if (id !== undefined) return id;
      context.issues.push({ code: 'custom', message: `is no ${kind}`, input: text });
      return z.NEVER;
    }),
  );

export const userId = branded('user id', parseUserId);
export const streamId = branded('stream id', parseStreamId);
export const actId = branded('act id', parseActId);
export const postId = branded('post id', parsePostId);
export const commentId = branded('comment id', parseCommentId);
export const handle = branded('handle', parseHandle);

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of a constant are what it is made of
const uploadTypes = Object.keys(UPLOAD_TYPES) as UploadType[];
export const upload = z.object({ id: branded('upload id', parseUploadId), type: z.enum(uploadTypes) });
export const publishedUpload = z.extend(upload, {
  picture: z.optional(z.object({ width: z.number(), height: z.number() })),
});
export const guest = z.object({ streamId, id: z.string(), name: z.string(), browser: z.optional(z.string()) });
