import { Send, X } from 'lucide-react';
import { useRef, useState, type FormEvent, type KeyboardEvent } from 'react';
import { useTranslations } from 'use-intl';
import { CHAT_LIMITS, type ChatMessageView, type ChatRulesView, type ChatStanding } from '#contract/chat';
import { useSignIn } from '../context/use-sign-in.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { IconButton } from '../ui/icon-button.tsx';
import type { Translate } from '../words/translate.ts';

/** So near to the limit the characters that are left are shown. */
const NEAR = 100;

type Props = {
  signedIn: boolean;
  rules: ChatRulesView;
  standing: ChatStanding | undefined;
  replyTo: ChatMessageView | undefined;
  onReplyDropped: () => void;
  onSend: (text: string) => void;
};

/** The line to write in, or why one cannot. */
export const Composer = ({ signedIn, rules, standing, replyTo, onReplyDropped, onSend }: Props) => {
  const t = useTranslations('audience');
  const { signIn, leaving } = useSignIn();
  const [text, setText] = useState('');
  const field = useRef<HTMLTextAreaElement>(null);
  const moderates = standing !== undefined && standing.role !== 'viewer';
  if (!signedIn)
    return (
      <Button block busy={leaving !== undefined} onClick={signIn}>
        {t('signInToChat')}
      </Button>
    );
  if (rules.frozen && !moderates) return <p className="chat__closed">{t('theChatIsClosedJust')}</p>;
  const left = CHAT_LIMITS.characters - text.length;
  const who = (
    <b>
      <bdi>@{replyTo?.from.handle}</bdi>
    </b>
  );

  const send = (event?: FormEvent) => {
    event?.preventDefault();
    const said = text.trim();
    if (said === '' || left < 0) return;
    onSend(said);
    setText('');
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && replyTo) onReplyDropped();
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <form className="chat__form" onSubmit={send}>
      {replyTo && (
        <p className="chat__replying">
          <span>
            {t.rich('replyingTo', { who: () => who })} <bdi>{replyTo.text}</bdi>
          </span>
          <IconButton size="s" label={t('doNotAnswer')} icon={<X />} onClick={onReplyDropped} />
        </p>
      )}
      <div className="chat__line">
        <Field label={t('message')} hideLabel>
          {(control) => (
            <textarea
              {...control}
              ref={field}
              className="control chat__field"
              rows={1}
              dir="auto"
              placeholder={placeholderOf(t, rules, moderates)}
              value={text}
              onChange={({ target }) => setText(target.value)}
              onKeyDown={onKeyDown}
            />
          )}
        </Field>
        <Button type="submit" variant="primary" icon={<Send />} disabled={text.trim() === '' || left < 0}>
          {t('send')}
        </Button>
      </div>
      {left < NEAR && (
        <output className={`chat__left${left < 0 ? ' chat__left--over' : ''}`}>
          {left < 0 ? t('charactersTooMany', { over: -left }) : t('charactersLeft', { left })}
        </output>
      )}
    </form>
  );
};

const placeholderOf = (
  t: Translate<'audience'>,
  { slowSeconds, followersForMinutes }: ChatRulesView,
  moderates: boolean,
) => {
  if (moderates) return t('saySomething');
  if (slowSeconds > 0) return t('slowModeOne', { seconds: slowSeconds });
  return followersForMinutes === undefined ? t('saySomething') : t('followersSaySomething');
};
