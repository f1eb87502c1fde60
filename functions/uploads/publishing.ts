import { type Publish, thumbnailKey, type Upload, uploadKey } from '#domain/upload';
import type { UserId } from '#domain/ids';
import type { Bucket, Incoming } from './bucket.ts';
import { createByteSource } from './byte-source.ts';
import { cleanMp4 } from './clean-mp4.ts';
import { cleanPicture } from './clean-picture.ts';
import { cleanWebm } from './clean-webm.ts';
import { Unusable } from './unusable.ts';

type Parts = { bucket: Pick<Bucket, 'incoming' | 'putOnce'>; unusable?: (why: Unusable) => void };

/**
 * Puts what has come where people see it, without what its camera wrote into it: pictures written anew, with a thumbnail, films as
 * they are but for where they were taken. It has its own Lambda, because the library that knows pictures weighs more than all rooms.
 *
 * @param unusable is told why a file is refused
 */
export const createPublishing =
  ({ bucket, unusable = () => {} }: Parts): Publish =>
  async (owner, upload, use) => {
    const incoming = await bucket.incoming(owner, upload);
    if (!incoming) return { published: false, because: 'not-arrived' };
    try {
      const { type } = upload;
      if (type === 'video/mp4' || type === 'video/webm') {
        await publishFilm(bucket, uploadKey(owner, upload), { ...incoming, type });
        return { published: true };
      }
      const picture = await cleanPicture(new Uint8Array(await new Response(incoming.body).arrayBuffer()), type, use);
      await publishPicture(bucket, { owner, upload, ...picture });
      return { published: true, ...(picture.thumbnail && { picture: picture.size }) };
    } catch (cause) {
      if (!(cause instanceof Unusable)) throw cause;
      unusable(cause);
      return { published: false, because: 'unusable' };
    }
  };

type Picture = Awaited<ReturnType<typeof cleanPicture>> & { owner: UserId; upload: Upload };

const publishPicture = async (bucket: Parts['bucket'], { owner, upload, bytes, thumbnail }: Picture): Promise<void> => {
  if (thumbnail)
    await bucket.putOnce(thumbnailKey(owner, upload), thumbnail, { bytes: thumbnail.length, type: 'image/webp' });
  await bucket.putOnce(uploadKey(owner, upload), bytes, { bytes: bytes.length, type: upload.type });
};

type Film = Incoming & { type: 'video/mp4' | 'video/webm' };

/** Passes a film through while it arrives: it is as long after as before, which S3 wants to know first. */
const publishFilm = async (bucket: Parts['bucket'], key: string, { body, bytes, type }: Film): Promise<void> => {
  const source = createByteSource(body);
  const cleaned = type === 'video/mp4' ? cleanMp4(source) : cleanWebm(source);
  let refused: Unusable | undefined;
  const watched = async function* () {
    try {
      yield* cleaned;
    } catch (cause) {
      if (cause instanceof Unusable) refused = cause;
      throw cause;
    }
  };
  try {
    await bucket.putOnce(key, ReadableStream.from(watched()), { bytes, type });
  } catch (cause) {
    throw refused ?? cause;
  } finally {
    // where the file is there already the answer comes before the film has been sent
    await body.cancel().catch(() => {});
  }
};
