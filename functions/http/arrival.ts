import { parseUploadId, type UploadId, type UserId } from '#domain/ids';
import type { Publish, PublishedUpload, Upload, UploadUse } from '#domain/upload';
import { Refusal } from './refusal.ts';

export type ArrivalParts = {
  uploads: { waiting(owner: UserId, id: UploadId, now: number): Promise<Upload | undefined> };
  /** Puts what has come where people see it; undefined where nothing can be uploaded. */
  publish: Publish | undefined;
};

/** Where people see it from now on: a file of somebody's own, that has come and is in use nowhere yet. */
export const createArrival =
  ({ uploads, publish }: ArrivalParts) =>
  async (text: string, owner: UserId, { use, at }: { use: UploadUse; at: number }): Promise<PublishedUpload> => {
    const id = parseUploadId(text);
    const upload = id && (await uploads.waiting(owner, id, at));
    if (!upload || !publish) throw uploadGone();
    if (use !== 'post' && !isStill(upload)) throw uploadUnusable();
    const publication = await publish(owner, upload, use);
    if (!publication.published && publication.because === 'not-arrived')
      throw new Refusal('upload-not-arrived', 'The file has not been uploaded yet.');
    if (!publication.published) throw uploadUnusable();
    const { picture } = publication;
    // what moves has no thumbnail, and nobody could make it stand still
    if (use !== 'post' && !picture) throw uploadUnusable();
    return { ...upload, ...(picture && { picture }) };
  };

const isStill = ({ type }: Upload): boolean => type.startsWith('image/') && type !== 'image/gif';

export const uploadGone = () => new Refusal('upload-not-found', 'There is no such file of yours that is waiting.');
export const uploadUnusable = () =>
  new Refusal('upload-unusable', 'This file cannot be shown: it is damaged, too large, or not what its name says.');
