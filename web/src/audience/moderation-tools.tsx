import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { PinOff, ShieldCheck, Undo2 } from 'lucide-react';
import { useState, type FormEvent } from 'react';
import type { ActView, ChatRulesView, Moderate } from '#contract/chat';
import { useApp } from '../context/app-context.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field, Select, TextArea, TextInput } from '../ui/field.tsx';
import { IconButton } from '../ui/icon-button.tsx';
import { Spinner } from '../ui/spinner.tsx';
import { TimeAgo } from '../ui/time.tsx';

const SLOW = [0, 5, 15, 30, 60, 300];
const FOLLOWERS = [
  { value: '', label: 'Everybody' },
  { value: '0', label: 'Followers' },
  { value: '10', label: 'Followers for 10 minutes' },
  { value: '1440', label: 'Followers for a day' },
];

const DID: Record<ActView['act'], string> = {
  delete: 'deleted a message by',
  timeout: 'timed out',
  ban: 'banned',
  unban: 'unbanned',
  pin: 'pinned a message by',
  unpin: 'unpinned the message',
  slow: 'set slow mode',
  followers: 'set who may write',
  freeze: 'closed the chat',
  unfreeze: 'opened the chat',
  approve: 'let through a message by',
  reject: 'turned away a message by',
};

type Props = { streamId: string; rules: ChatRulesView; creator: boolean };

/** All that a creator and their moderators set, see and take back. */
export const ModerationTools = ({ streamId, rules, creator }: Props) => {
  const [open, setOpen] = useState(false);
  return (
    <>
      <IconButton size="s" label="Moderate" icon={<ShieldCheck />} onClick={() => setOpen(true)} />
      <Dialog open={open} onOpenChange={setOpen} title="Moderate the chat" width="l">
        <div className="moderation">
          <Rules streamId={streamId} rules={rules} />
          <Log streamId={streamId} />
          {creator && <Moderators />}
          {creator && <Words />}
        </div>
      </Dialog>
    </>
  );
};

const useAct = (streamId: string) => {
  const { api } = useApp();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (wanted: Moderate) => api.moderate(streamId, wanted),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['moderation', streamId] }),
  });
};

const Rules = ({ streamId, rules }: Pick<Props, 'streamId' | 'rules'>) => {
  const act = useAct(streamId);
  return (
    <section className="moderation__rules" aria-label="Rules">
      <Field label="Slow mode">
        {(control) => (
          <Select
            {...control}
            value={rules.slowSeconds}
            onChange={({ target }) => act.mutate({ act: 'slow', seconds: Number(target.value) })}
          >
            {[...new Set([...SLOW, rules.slowSeconds])].map((seconds) => (
              <option key={seconds} value={seconds}>
                {seconds === 0 ? 'Off' : `One message in ${seconds} s`}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field label="Who may write">
        {(control) => (
          <Select
            {...control}
            value={rules.followersForMinutes ?? ''}
            onChange={({ target }) =>
              act.mutate({ act: 'followers', minutes: target.value === '' ? null : Number(target.value) })
            }
          >
            {FOLLOWERS.map(({ value, label }) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Button aria-pressed={rules.frozen} onClick={() => act.mutate({ act: rules.frozen ? 'unfreeze' : 'freeze' })}>
        {rules.frozen ? 'Open the chat' : 'Close the chat'}
      </Button>
      {rules.pinned && (
        <Button icon={<PinOff />} onClick={() => act.mutate({ act: 'unpin' })}>
          Unpin the message
        </Button>
      )}
    </section>
  );
};

const Log = ({ streamId }: { streamId: string }) => {
  const { queries } = useApp();
  const { data } = useQuery(queries.moderation(streamId));
  const act = useAct(streamId);
  if (!data) return <Spinner label="Loading what was done" />;
  return (
    <>
      {data.held.length > 0 && (
        <section>
          <h3>Held back</h3>
          <ul className="moderation__list">
            {data.held.map(({ id, from, text }) => (
              <li key={id}>
                <span>
                  <b>@{from.handle}</b> {text}
                </span>
                <span className="chat__choices">
                  <Button size="s" variant="primary" onClick={() => act.mutate({ act: 'approve', heldId: id })}>
                    Let through
                  </Button>
                  <Button size="s" onClick={() => act.mutate({ act: 'reject', heldId: id })}>
                    Turn away
                  </Button>
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
      <section>
        <h3>What was done</h3>
        {data.items.length === 0 && <p className="muted">Nothing yet.</p>}
        <ul className="moderation__list">
          {data.items.map(({ id, by, act: did, about, text, at, undone }) => (
            <li key={id} className={undone ? 'moderation__undone' : undefined}>
              <span>
                <b>@{by?.handle ?? 'somebody'}</b> {DID[did]} {about && `@${about.handle}`}
                {text && `: “${text}”`} <TimeAgo at={at} />
                {undone && ' · taken back'}
              </span>
              {!undone && did !== 'reject' && (
                <Button size="s" icon={<Undo2 />} onClick={() => act.mutate({ act: 'undo', actId: id })}>
                  Take back
                </Button>
              )}
            </li>
          ))}
        </ul>
      </section>
    </>
  );
};

const Moderators = () => {
  const { api, queries } = useApp();
  const queryClient = useQueryClient();
  const { data: people = [] } = useQuery(queries.moderators());
  const [handle, setHandle] = useState('');
  const changed = () => queryClient.invalidateQueries({ queryKey: ['moderators'] });
  const name = useMutation({
    mutationFn: () => api.nameModerator(handle.trim().replace(/^@/, '').toLowerCase()),
    onSuccess: () => {
      setHandle('');
      return changed();
    },
  });
  const unname = useMutation({ mutationFn: (whom: string) => api.unnameModerator(whom), onSuccess: changed });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (handle.trim() !== '') name.mutate();
  };
  return (
    <section>
      <h3>Moderators</h3>
      <p className="muted">They may do in all of your chats what you may, except to each other.</p>
      <ul className="moderation__list">
        {people.map((person) => (
          <li key={person.id}>
            <span>
              {person.name} <span className="muted">@{person.handle}</span>
            </span>
            <Button size="s" onClick={() => unname.mutate(person.handle)}>
              Remove
            </Button>
          </li>
        ))}
      </ul>
      <form className="moderation__add" onSubmit={submit}>
        <Field label="Name a moderator" hint="By their handle">
          {(control) => <TextInput {...control} value={handle} onChange={({ target }) => setHandle(target.value)} />}
        </Field>
        <Button type="submit" busy={name.isPending}>
          Name
        </Button>
      </form>
    </section>
  );
};

const Words = () => {
  const { queries } = useApp();
  const { data: words } = useQuery(queries.heldWords());
  return words ? <WordsForm key={words.join('\n')} words={words} /> : null;
};

const WordsForm = ({ words }: { words: string[] }) => {
  const { api } = useApp();
  const queryClient = useQueryClient();
  const [text, setText] = useState(words.join('\n'));
  const save = useMutation({
    mutationFn: () => api.setHeldWords(text.split('\n').flatMap((line) => line.trim() || [])),
    onSuccess: ({ words: saved }) => queryClient.setQueryData(['held-words'], saved),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Field label="Words to hold back" hint="One a line. Messages with one of them wait for you or a moderator.">
        {(control) => <TextArea {...control} rows={4} value={text} onChange={({ target }) => setText(target.value)} />}
      </Field>
      <Button type="submit" busy={save.isPending}>
        Save the words
      </Button>
    </form>
  );
};
