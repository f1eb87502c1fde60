import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Trash2, Upload as UploadIcon } from 'lucide-react';
import { useId, useRef, type ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import type { MeView } from '#contract/http';
import { useApp } from '../context/app-context.ts';
import { acceptedOf, rulesOf } from '../context/upload-rules.ts';
import { useUpload } from '../context/use-upload.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/page.tsx';
import { toast } from '../ui/toast.ts';
import './pictures-card.css';

/** One's own picture, and the one over one's page: uploaded, changed and removed here, each at once. */
export const PicturesCard = ({ me }: { me: MeView }) => {
  const t = useTranslations('people');
  return (
    <Card className="pictures">
      <h2 className="settings__heading">{t('pictures')}</h2>
      <Picture which="avatar" has={me.avatarUrl !== undefined}>
        {(previewUrl) => <Avatar person={{ ...me, avatarUrl: previewUrl ?? me.avatarUrl }} size="xl" />}
      </Picture>
      <Picture which="cover" has={me.cover !== undefined}>
        {(previewUrl) => (
          <div className="pictures__cover">
            {(previewUrl ?? me.cover?.thumbnailUrl) && <img src={previewUrl ?? me.cover?.thumbnailUrl} alt="" />}
          </div>
        )}
      </Picture>
    </Card>
  );
};

type Props = {
  which: 'avatar' | 'cover';
  /** There is one, which can be removed. */
  has: boolean;
  /** Shows what there is, or what is on its way. */
  children: (previewUrl: string | undefined) => ReactNode;
};

const Picture = ({ which, has, children }: Props) => {
  const t = useTranslations('people');
  const files = useTranslations('feed');
  const { api } = useApp();
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  const changed = useChanged();
  const show = useMutation({
    mutationFn: (uploadId: string) => api.setPicture(which, uploadId),
    onSuccess: async (me) => {
      remove();
      await changed(me, t('pictureChanged'));
    },
    // what was wrong with the file stands beside it
    onError: () => remove(),
  });
  const { upload, choose, remove } = useUpload('portraits', { onSent: show.mutate });
  const takeAway = useMutation({
    mutationFn: () => api.removePicture(which),
    onSuccess: (me) => changed(me, t('pictureRemoved')),
  });
  const busy = upload.at === 'sending' || upload.at === 'sent';
  return (
    <section className="pictures__one" aria-labelledby={id}>
      {children('previewUrl' in upload ? upload.previewUrl : undefined)}
      <div className="pictures__words">
        <h3 id={id} className="pictures__title">
          {t(`${which}.title`)}
        </h3>
        <p className="muted pictures__rules">{t(`${which}.hint`, { rules: rulesOf(files, 'portraits') })}</p>
        {upload.at === 'sending' && (
          <progress aria-label={files('uploading', { name: upload.file.name })} max={1} value={upload.part} />
        )}
        {upload.at === 'refused' && (
          <p className="pictures__why" role="alert">
            <bdi>{upload.name}</bdi>: {upload.why}
          </p>
        )}
        {upload.at === 'failed' && (
          <p className="pictures__why" role="alert">
            {upload.why}
          </p>
        )}
        <div className="pictures__actions">
          <Button
            size="s"
            icon={<UploadIcon />}
            busy={busy}
            aria-describedby={id}
            onClick={() => input.current?.click()}
          >
            {has ? t('changePicture') : t('uploadPicture')}
          </Button>
          {has && !busy && (
            <Button
              size="s"
              variant="ghost"
              icon={<Trash2 />}
              busy={takeAway.isPending}
              aria-describedby={id}
              onClick={() => takeAway.mutate()}
            >
              {t('removePicture')}
            </Button>
          )}
        </div>
      </div>
      <input
        ref={input}
        type="file"
        hidden
        accept={acceptedOf('portraits')}
        aria-label={t(`${which}.title`)}
        onChange={({ target }) => {
          const [file] = target.files ?? [];
          // the same file may be chosen again
          target.value = '';
          if (file) choose(file);
        }}
      />
    </section>
  );
};

/** Takes in what has become of one's account, wherever it stands, and says so. */
const useChanged = () => {
  const { queries } = useApp();
  const queryClient = useQueryClient();
  return async (me: MeView, said: string) => {
    queryClient.setQueryData(queries.me().queryKey, me);
    toast.success(said);
    await queryClient.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'me' });
  };
};
