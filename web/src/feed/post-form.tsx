import { Image } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { Button } from '../ui/button.tsx';
import { Field, TextArea, TextInput } from '../ui/field.tsx';
import './post-form.css';

type Draft = { text: string; mediaUrl: string };
type Props = {
  label: string;
  draft: Draft;
  submit: string;
  busy: boolean;
  cancel?: ReactNode;
  onSubmit: (draft: Draft) => void;
};

const TEXT_MAX = 5_000;
/** How near the end of the text the count of what is left appears. */
const COUNT_FROM = 500;

/** The text of a post and what is attached, to be written or changed. The owner remounts it to start anew. */
export const PostForm = ({ label, draft, submit, busy, cancel, onSubmit }: Props) => {
  const [text, setText] = useState(draft.text);
  const [mediaUrl, setMediaUrl] = useState(draft.mediaUrl);
  const [attaching, setAttaching] = useState(draft.mediaUrl !== '');
  const left = TEXT_MAX - text.length;
  const badUrl = mediaUrl !== '' && !/^https?:\/\/\S+$/i.test(mediaUrl);
  return (
    <form
      className="post-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() && !badUrl && !busy) onSubmit({ text: text.trim(), mediaUrl: attaching ? mediaUrl : '' });
      }}
    >
      <Field label={label} hideLabel {...(left < COUNT_FROM && { hint: `${left} characters left` })}>
        {(control) => (
          <TextArea
            {...control}
            placeholder="What is happening?"
            maxLength={TEXT_MAX}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        )}
      </Field>
      {attaching && (
        <Field label="Picture or video address" error={badUrl ? 'An address that starts with https://' : undefined}>
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
      <div className="post-form__actions">
        <Button
          variant="ghost"
          size="s"
          icon={<Image />}
          aria-pressed={attaching}
          onClick={() => setAttaching(!attaching)}
        >
          {attaching ? 'Remove media' : 'Add media'}
        </Button>
        <div className="post-form__send">
          {cancel}
          <Button type="submit" variant="primary" size="s" busy={busy} disabled={!text.trim() || badUrl}>
            {submit}
          </Button>
        </div>
      </div>
    </form>
  );
};
