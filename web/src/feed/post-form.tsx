import { Image } from 'lucide-react';
import { useState, type ClipboardEvent, type DragEvent, type FormEvent, type ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { TEXT_CHARACTERS } from '#contract/fields';
import { useUpload } from '../context/use-upload.ts';
import { Button } from '../ui/button.tsx';
import { Field, TextArea, TextInput } from '../ui/field.tsx';
import { Attachment } from './attachment.tsx';
import { PostMedia } from './post-media.tsx';
import './post-form.css';

type Draft = { text: string; mediaUrl: string; mediaAlt: string; mediaType?: string | undefined };
/** What was written: with an address, or with a file that has been uploaded, or with neither. */
type Written = Draft & { uploadId: string | undefined };

type Props = {
  label: string;
  draft: Draft;
  submit: string;
  busy: boolean;
  /** Which files can be attached. A post that exists takes only an address, but may have a file, which stays or goes. */
  files: 'media' | 'pictures' | 'none' | 'kept';
  cancel?: ReactNode;
  onSubmit: (written: Written) => void;
};

/** How near the end of the text the count of what is left appears. */
const COUNT_FROM = 500;

/** The text of a post and what is attached, to be written or changed. The owner remounts it to start anew. */
export const PostForm = ({ label, draft, submit, busy, files, cancel, onSubmit }: Props) => {
  const t = useTranslations('feed');
  const [text, setText] = useState(draft.text);
  const [mediaUrl, setMediaUrl] = useState(draft.mediaUrl);
  const [mediaAlt, setMediaAlt] = useState(draft.mediaAlt);
  const [attaching, setAttaching] = useState(draft.mediaUrl !== '');
  const [hovered, setHovered] = useState(false);
  const { upload, choose, retry, remove } = useUpload(files === 'media' ? 'media' : 'pictures');
  const hasFile = upload.at === 'sending' || upload.at === 'failed' || upload.at === 'sent';
  const hasMedia = attaching && (hasFile || mediaUrl !== '');
  const keepsFile = files === 'kept' && mediaUrl !== '' && mediaUrl === draft.mediaUrl;
  const takesFiles = files === 'media' || files === 'pictures';
  const left = TEXT_CHARACTERS.post - text.length;
  const badUrl = attaching && !hasFile && mediaUrl !== '' && !/^https?:\/\/\S+$/i.test(mediaUrl);
  const ready = text.trim() !== '' && !badUrl && upload.at !== 'sending' && upload.at !== 'failed';

  const send = (event: FormEvent) => {
    event.preventDefault();
    if (!ready || busy) return;
    onSubmit({
      text: text.trim(),
      mediaUrl: attaching && !hasFile ? mediaUrl : '',
      mediaAlt: hasMedia ? mediaAlt.trim() : '',
      uploadId: upload.at === 'sent' ? upload.uploadId : undefined,
    });
  };
  const take = (file: File) => {
    setAttaching(true);
    choose(file);
  };
  const paste = (event: ClipboardEvent) => {
    const [file] = event.clipboardData.files;
    // What was copied out of a text brings a picture of itself along.
    if (!file || !takesFiles || event.clipboardData.types.includes('text/plain')) return;
    event.preventDefault();
    take(file);
  };
  const drag = (event: DragEvent) => {
    if (!takesFiles || !event.dataTransfer.types.includes('Files')) return;
    event.preventDefault();
    setAttaching(true);
    setHovered(true);
  };
  const drop = (event: DragEvent) => {
    const [file] = event.dataTransfer.files;
    setHovered(false);
    if (!file || !takesFiles) return;
    event.preventDefault();
    take(file);
  };
  const attach = () => {
    if (attaching) {
      remove();
      setMediaUrl('');
    }
    setAttaching(!attaching);
  };

  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- for what the buttons inside also do
    <form
      className="post-form"
      onSubmit={send}
      onPaste={paste}
      onDragEnter={drag}
      onDragOver={drag}
      onDragLeave={({ currentTarget, relatedTarget }) => {
        if (!(relatedTarget instanceof Node && currentTarget.contains(relatedTarget))) setHovered(false);
      }}
      onDrop={drop}
    >
      <Field label={label} hideLabel {...(left < COUNT_FROM && { hint: t('charactersLeft', { left }) })}>
        {(control) => (
          <TextArea
            {...control}
            placeholder={t('whatIsHappening')}
            maxLength={TEXT_CHARACTERS.post}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        )}
      </Field>
      {attaching && keepsFile && <PostMedia url={mediaUrl} type={draft.mediaType} alt={mediaAlt} />}
      {attaching && takesFiles && (
        <Attachment upload={upload} takes={files} hovered={hovered} onChoose={take} onRetry={retry} onRemove={remove} />
      )}
      {attaching && !hasFile && !keepsFile && (
        <Field
          label={takesFiles ? t('orTheAddressOfA') : t('pictureOrFilmAddress')}
          error={badUrl ? t('anAddressThatStartsWith') : undefined}
        >
          {(control) => (
            <TextInput
              {...control}
              type="url"
              inputMode="url"
              placeholder="https://"
              value={mediaUrl}
              onChange={(event) => setMediaUrl(event.target.value.trim())}
            />
          )}
        </Field>
      )}
      {hasMedia && (
        <Field label={t('whatItShows')} hint={t('forPeopleWhoDoNot')}>
          {(control) => (
            <TextInput
              {...control}
              maxLength={TEXT_CHARACTERS.mediaAlt}
              value={mediaAlt}
              onChange={(event) => setMediaAlt(event.target.value)}
            />
          )}
        </Field>
      )}
      <div className="post-form__actions">
        <Button variant="ghost" size="s" icon={<Image />} onClick={attach}>
          {attaching ? t('removeMedia') : t('addMedia')}
        </Button>
        <div className="post-form__send">
          {hasMedia && text.trim() === '' && <span className="muted post-form__missing">{t('sayAFewWordsWith')}</span>}
          {cancel}
          <Button type="submit" variant="primary" size="s" busy={busy} disabled={!ready}>
            {submit}
          </Button>
        </div>
      </div>
    </form>
  );
};
