import { Link } from '@tanstack/react-router';
import { RotateCw, Upload as UploadIcon, X } from 'lucide-react';
import { useEffect, useId, useRef } from 'react';
import { useTranslations } from 'use-intl';
import { Button } from '../ui/button.tsx';
import { IconButton } from '../ui/icon-button.tsx';
import { acceptedOf, rulesOf } from '../context/upload-rules.ts';
import type { Upload } from '../context/use-upload.ts';
import './attachment.css';

type Props = {
  upload: Upload;
  /** Films are creators'. */
  takes: 'media' | 'pictures';
  /** A file is being held over the form. */
  hovered: boolean;
  onChoose: (file: File) => void;
  onRetry: () => void;
  onRemove: () => void;
};

/** The file of a post: where it is let go of or chosen, how far it has come, and what it looks like. */
export const Attachment = (props: Props) => {
  const t = useTranslations('feed');
  const place = useRef<HTMLFieldSetElement>(null);
  const { at } = props.upload;
  const before = useRef(at);
  // The button that was pressed goes with what it was about.
  useEffect(() => {
    if (before.current !== at && document.activeElement === document.body)
      place.current?.focus({ preventScroll: true });
    before.current = at;
  }, [at]);
  return (
    <fieldset ref={place} tabIndex={-1} aria-label={t('pictureOrFilm')} className="attachment__place">
      <Inside {...props} />
    </fieldset>
  );
};

const Inside = ({ upload, takes, hovered, onChoose, onRetry, onRemove }: Props) => {
  const t = useTranslations('feed');
  if (upload.at === 'none' || upload.at === 'refused')
    return <DropZone upload={upload} takes={takes} hovered={hovered} onChoose={onChoose} />;
  return (
    <div className="attachment">
      <Preview upload={upload} />
      <div className="attachment__line">
        <div className="attachment__words">
          <p className="attachment__name">
            <bdi>{upload.file.name}</bdi>
          </p>
          <UploadStatus upload={upload} />
        </div>
        {upload.at === 'failed' && (
          <Button size="s" icon={<RotateCw />} onClick={onRetry}>
            {t('tryAgain')}
          </Button>
        )}
        {upload.at === 'sending' ? (
          <Button size="s" onClick={onRemove}>
            {t('cancelUpload')}
          </Button>
        ) : (
          <IconButton size="s" label={t('removeTheFile')} icon={<X />} onClick={onRemove} />
        )}
      </div>
    </div>
  );
};

const DropZone = ({ upload, takes, hovered, onChoose }: Pick<Props, 'upload' | 'takes' | 'hovered' | 'onChoose'>) => {
  const t = useTranslations('feed');
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  return (
    <div className={`attachment__drop${hovered ? ' attachment__drop--hovered' : ''}`}>
      <Button icon={<UploadIcon />} aria-describedby={id} onClick={() => input.current?.click()}>
        {t('chooseAFile')}
      </Button>
      <p className="attachment__rules muted" id={id}>
        {t('orDropItHereOr', { rules: rulesOf(t, takes) })}
      </p>
      <input
        ref={input}
        type="file"
        className="attachment__input"
        accept={acceptedOf(takes)}
        aria-label={t('fileToUpload')}
        tabIndex={-1}
        onChange={({ target }) => {
          const [file] = target.files ?? [];
          // The same file may be chosen again after it was taken away.
          target.value = '';
          if (file) onChoose(file);
        }}
      />
      {takes === 'pictures' && (
        <p className="attachment__rules muted">
          {t('videosAreForCreators')} <Link to="/studio">{t('becomeACreator')}</Link>
        </p>
      )}
      {upload.at === 'refused' && (
        <p className="attachment__why" role="alert">
          <bdi>{upload.name}</bdi>: {upload.why}
        </p>
      )}
    </div>
  );
};

type Shown = Exclude<Upload, { at: 'none' | 'refused' }>;

const Preview = ({ upload: { file, previewUrl } }: { upload: Shown }) => {
  const t = useTranslations('feed');
  return file.type.startsWith('video/') ? (
    <video
      className="attachment__preview"
      src={previewUrl}
      controls
      muted
      playsInline
      aria-label={t('previewOf', { name: file.name })}
    />
  ) : (
    <img className="attachment__preview" src={previewUrl} alt={t('previewOf', { name: file.name })} />
  );
};

const UploadStatus = ({ upload }: { upload: Shown }) => {
  const t = useTranslations('feed');
  switch (upload.at) {
    case 'sending': {
      const percent = Math.floor(upload.part * 100);
      return (
        <div className="attachment__progress">
          <progress aria-label={t('uploading', { name: upload.file.name })} max={100} value={percent} />
          <span className="muted">{percent}%</span>
        </div>
      );
    }
    case 'failed':
      return (
        <p className="attachment__why" role="alert">
          {upload.why}
        </p>
      );
    case 'sent':
      return <output className="attachment__sent">{t('uploaded')}</output>;
  }
};
