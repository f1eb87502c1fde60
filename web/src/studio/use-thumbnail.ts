import { useCallback, useState } from 'react';
import type { StreamView } from '#contract/http';
import { useApp } from '../context/app-context.ts';
import { useUpload } from '../context/use-upload.ts';

export type Thumbnail = ReturnType<typeof useThumbnail>;

/**
 * The picture of a show while its creator chooses one: uploaded at once, and the show's only once it is saved.
 *
 * @param before what the show has already
 */
export const useThumbnail = (before?: StreamView['thumbnail']) => {
  const { api } = useApp();
  const { upload, choose, remove } = useUpload('portraits');
  const [takenOff, setTakenOff] = useState(false);
  const uploadId = upload.at === 'sent' ? upload.uploadId : undefined;
  const had = before !== undefined;
  const shown = 'previewUrl' in upload ? upload.previewUrl : takenOff ? undefined : before?.thumbnailUrl;
  return {
    upload,
    /** What is to be seen of it; undefined where there is none. */
    shown,
    /** It is on its way, and cannot be saved yet. */
    busy: upload.at === 'sending',
    choose,
    takeOff: () => {
      remove();
      setTakenOff(true);
    },
    /** Nothing is chosen any more. */
    forget: useCallback(() => {
      remove();
      setTakenOff(false);
      // oxlint-disable-next-line react/exhaustive-deps -- `remove` touches only what stays the same
    }, []),
    changed: uploadId !== undefined || (takenOff && had),
    /**
     * Makes it the show's.
     *
     * @param has whether the show has a picture already
     */
    save: useCallback(
      async (streamId: string, has = had): Promise<void> => {
        if (uploadId !== undefined) await api.setThumbnail(streamId, uploadId);
        else if (has && (takenOff || !had)) await api.removeThumbnail(streamId);
      },
      [api, had, takenOff, uploadId],
    ),
  };
};
