import { Camera, Trash2, Upload as UploadIcon } from 'lucide-react';
import { useId, useRef, useState } from 'react';
import { useTranslations } from 'use-intl';
import { acceptedOf, rulesOf } from '../context/upload-rules.ts';
import { Button } from '../ui/button.tsx';
import type { Thumbnail } from './use-thumbnail.ts';
import './thumbnail-field.css';

type Props = {
  thumbnail: Thumbnail;
  /** Takes the picture that the camera gives now; absent where there is no camera. */
  grab?: (() => Promise<File | undefined>) | undefined;
  disabled?: boolean;
};

/** The picture of a show: uploaded, or as the camera gives it now. */
export const ThumbnailField = ({ thumbnail, grab, disabled = false }: Props) => {
  const t = useTranslations('studio');
  const files = useTranslations('feed');
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  const [grabFailed, setGrabFailed] = useState(false);
  const { upload, shown, busy, choose, takeOff } = thumbnail;
  const grabNow = async (take: NonNullable<Props['grab']>) => {
    const file = await take().catch(() => undefined);
    setGrabFailed(file === undefined);
    if (file) choose(file);
  };
  return (
    <fieldset className="thumbnail-field" aria-describedby={`${id}-hint`} disabled={disabled}>
      <legend className="field__label">{t('thumbnail')}</legend>
      <div className="thumbnail-field__picture">{shown !== undefined && <img src={shown} alt={t('thumbnail')} />}</div>
      <div className="thumbnail-field__words">
        <div className="thumbnail-field__actions">
          <Button size="s" icon={<UploadIcon />} busy={busy} onClick={() => input.current?.click()}>
            {t('uploadPicture')}
          </Button>
          {grab && (
            <Button size="s" icon={<Camera />} disabled={busy} onClick={() => void grabNow(grab)}>
              {t('takeFromCamera')}
            </Button>
          )}
          {(shown !== undefined || upload.at !== 'none') && (
            <Button size="s" variant="ghost" icon={<Trash2 />} onClick={takeOff}>
              {t('removePicture')}
            </Button>
          )}
        </div>
        <p className="field__hint" id={`${id}-hint`}>
          {t('thumbnailHint', { rules: rulesOf(files, 'portraits') })}
        </p>
        {upload.at === 'sending' && (
          <progress aria-label={files('uploading', { name: upload.file.name })} max={1} value={upload.part} />
        )}
        {(upload.at === 'refused' || upload.at === 'failed') && (
          <p className="field__error" role="alert">
            {upload.why}
          </p>
        )}
        {grabFailed && (
          <p className="field__error" role="alert">
            {t('cameraGaveNone')}
          </p>
        )}
      </div>
      <input
        ref={input}
        type="file"
        hidden
        accept={acceptedOf('portraits')}
        aria-label={t('thumbnail')}
        onChange={({ target }) => {
          const [file] = target.files ?? [];
          // the same file may be chosen again
          target.value = '';
          setGrabFailed(false);
          if (file) choose(file);
        }}
      />
    </fieldset>
  );
};
