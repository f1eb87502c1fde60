import { Send, X } from 'lucide-react';
import { useRef, useState, type FormEvent, type KeyboardEvent } from 'react';
import { CHAT_LIMITS, type ChatMessageView, type ChatRulesView, type ChatStanding } from '#contract/chat';
import { useSignIn } from '../context/use-sign-in.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { IconButton } from '../ui/icon-button.tsx';

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
  const { signIn, leaving } = useSignIn();
  const [text, setText] = useState('');
  const field = useRef<HTMLTextAreaElement>(null);
  const moderates = standing !== undefined && standing.role !== 'viewer';
  if (!signedIn)
    return (
      <Button block busy={leaving} onClick={signIn}>
        Sign in to chat
      </Button>
    );
  if (rules.frozen && !moderates) return <p className="chat__closed">The chat is closed just now. You can read it.</p>;
  const left = CHAT_LIMITS.characters - text.length;

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
            Answering <b>@{replyTo.from.handle}</b>: {replyTo.text}
          </span>
          <IconButton size="s" label="Do not answer" icon={<X />} onClick={onReplyDropped} />
        </p>
      )}
      <div className="chat__line">
        <Field label="Message" hideLabel>
          {(control) => (
            <textarea
              {...control}
              ref={field}
              className="control chat__field"
              rows={1}
              placeholder={placeholderOf(rules, moderates)}
              value={text}
              onChange={({ target }) => setText(target.value)}
              onKeyDown={onKeyDown}
            />
          )}
        </Field>
        <Button type="submit" variant="primary" icon={<Send />} disabled={text.trim() === '' || left < 0}>
          Send
        </Button>
      </div>
      {left < NEAR && (
        <output className={`chat__left${left < 0 ? ' chat__left--over' : ''}`}>
          {left < 0 ? `${-left} characters too many` : `${left} characters left`}
        </output>
      )}
    </form>
  );
};

const placeholderOf = ({ slowSeconds, followersForMinutes }: ChatRulesView, moderates: boolean) => {
  if (moderates) return 'Say something';
  if (slowSeconds > 0) return `Slow mode: one message in ${slowSeconds} s`;
  if (followersForMinutes !== undefined) return 'Followers say something';
  return 'Say something';
};
