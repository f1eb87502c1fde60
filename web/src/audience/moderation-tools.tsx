import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { PinOff, ShieldCheck, Undo2 } from 'lucide-react';
import { useId, useState, type FormEvent } from 'react';
import { useTranslations } from 'use-intl';
import type { ChatRulesView, Moderate, ModerationPage } from '#contract/chat';
import { useApp } from '../context/app-context.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field, Select, TextArea, TextInput } from '../ui/field.tsx';
import { IconButton } from '../ui/icon-button.tsx';
import { LoadFailed } from '../ui/load-failed.tsx';
import { MoreButton } from '../ui/more-button.tsx';
import { Spinner } from '../ui/spinner.tsx';
import { TimeAgo } from '../ui/time.tsx';
import { toast } from '../ui/toast.ts';
import type { Translate } from '../words/translate.ts';

const SLOW = [0, 5, 15, 30, 60, 300];
const FOLLOWERS = [
  { value: '', who: 'everybody' },
  { value: '0', who: 'followers' },
  { value: '10', who: 'followersTenMinutes' },
  { value: '1440', who: 'followersDay' },
] as const;

type Props = { streamId: string; rules: ChatRulesView; creator: boolean };

/** All that a creator and their moderators set, see and take back. */
export const ModerationTools = ({ streamId, rules, creator }: Props) => {
  const t = useTranslations('audience');
  const [open, setOpen] = useState(false);
  return (
    <>
      <IconButton size="s" label={t('moderate')} icon={<ShieldCheck />} onClick={() => setOpen(true)} />
      <Dialog open={open} onOpenChange={setOpen} title={t('moderateTheChat')} width="l">
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
  const t = useTranslations('audience');
  const act = useAct(streamId);
  return (
    <section className="moderation__rules" aria-label={t('rules')}>
      <Field label={t('slowMode')}>
        {(control) => (
          <Select
            {...control}
            value={rules.slowSeconds}
            onChange={({ target }) => act.mutate({ act: 'slow', seconds: Number(target.value) })}
          >
            {[...new Set([...SLOW, rules.slowSeconds])].map((seconds) => (
              <option key={seconds} value={seconds}>
                {seconds === 0 ? t('off') : t('oneMessageInS', { seconds })}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field label={t('whoMayWrite')}>
        {(control) => (
          <Select
            {...control}
            value={rules.followersForMinutes ?? ''}
            onChange={({ target }) =>
              act.mutate({ act: 'followers', minutes: target.value === '' ? null : Number(target.value) })
            }
          >
            {FOLLOWERS.map(({ value, who }) => (
              <option key={value} value={value}>
                {t(`mayWrite.${who}`)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Button onClick={() => act.mutate({ act: rules.frozen ? 'unfreeze' : 'freeze' })}>
        {rules.frozen ? t('openTheChat') : t('closeTheChat')}
      </Button>
      {rules.pinned && (
        <Button icon={<PinOff />} onClick={() => act.mutate({ act: 'unpin' })}>
          {t('unpinTheMessage')}
        </Button>
      )}
    </section>
  );
};

const Log = ({ streamId }: { streamId: string }) => {
  const t = useTranslations('audience');
  const { queries } = useApp();
  const prefix = useId();
  const list = useInfiniteQuery(queries.moderation(streamId));
  const act = useAct(streamId);
  if (list.error && !list.data)
    return <LoadFailed title={t('whatWasDoneCouldNotBe')} error={list.error} onRetry={() => void list.refetch()} />;
  if (!list.data) return <Spinner label={t('loadingWhatWasDone')} />;
  const { pages } = list.data;
  const held = pages[0]?.held ?? [];
  const items = pages.flatMap((page) => page.items);
  return (
    <>
      {held.length > 0 && <Held held={held} onAct={(wanted) => act.mutate(wanted)} />}
      <section>
        <h3>{t('whatWasDone')}</h3>
        {items.length === 0 && <p className="muted">{t('nothingYet')}</p>}
        <ul className="moderation__list">
          {items.map(({ id, by, act: did, about, text, value, at, undone }) => (
            <li key={id} className={undone ? 'moderation__undone' : undefined}>
              <span id={`${prefix}-${id}`}>
                <span>
                  {t(`did.${did}`, {
                    by: by ? `@${by.handle}` : t('somebody'),
                    about: about ? `@${about.handle}` : t('somebody'),
                    length: lengthOf(t, value ?? 0),
                  })}
                </span>
                {text && (
                  <>
                    {': '}
                    <q>
                      <bdi>{text}</bdi>
                    </q>
                  </>
                )}
                <span className="muted">
                  {' · '}
                  <TimeAgo at={at} />
                  {undone && ` · ${t('takenBack')}`}
                </span>
              </span>
              {!undone && did !== 'reject' && (
                <Button
                  size="s"
                  icon={<Undo2 />}
                  aria-describedby={`${prefix}-${id}`}
                  onClick={() => act.mutate({ act: 'undo', actId: id })}
                >
                  {t('takeBack')}
                </Button>
              )}
            </li>
          ))}
        </ul>
        <MoreButton list={list} />
      </section>
    </>
  );
};

/** From the longest to the shortest. */
const UNITS = [
  { unit: 'days', seconds: 86_400 },
  { unit: 'hours', seconds: 3_600 },
  { unit: 'minutes', seconds: 60 },
] as const;

/** `10 minutes`: in the longest unit that it is whole in. */
const lengthOf = (t: Translate<'audience'>, seconds: number): string => {
  const fit = UNITS.find((unit) => seconds >= unit.seconds && seconds % unit.seconds === 0);
  return t(`length.${fit?.unit ?? 'seconds'}`, { count: seconds / (fit?.seconds ?? 1) });
};

/** What waits for a word, and whose it is. */
const Held = ({ held, onAct }: { held: ModerationPage['held']; onAct: (wanted: Moderate) => void }) => {
  const t = useTranslations('audience');
  const prefix = useId();
  return (
    <section>
      <h3>{t('heldBack')}</h3>
      <ul className="moderation__list">
        {held.map(({ id, from, text }) => (
          <li key={id}>
            <span id={`${prefix}-${id}`}>
              <b>
                <bdi>@{from.handle}</bdi>
              </b>{' '}
              <bdi>{text}</bdi>
            </span>
            <span className="chat__choices">
              <Button
                size="s"
                variant="primary"
                aria-describedby={`${prefix}-${id}`}
                onClick={() => onAct({ act: 'approve', heldId: id })}
              >
                {t('letThrough')}
              </Button>
              <Button
                size="s"
                aria-describedby={`${prefix}-${id}`}
                onClick={() => onAct({ act: 'reject', heldId: id })}
              >
                {t('turnAway')}
              </Button>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
};

const Moderators = () => {
  const t = useTranslations('audience');
  const { api, queries } = useApp();
  const queryClient = useQueryClient();
  const prefix = useId();
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
      <h3>{t('moderators')}</h3>
      <p className="muted">{t('theyMayDoInAll')}</p>
      <ul className="moderation__list">
        {people.map((person) => (
          <li key={person.id}>
            <span id={`${prefix}-${person.id}`}>
              <bdi>{person.name}</bdi> <bdi className="muted">@{person.handle}</bdi>
            </span>
            <Button size="s" aria-describedby={`${prefix}-${person.id}`} onClick={() => unname.mutate(person.handle)}>
              {t('remove')}
            </Button>
          </li>
        ))}
      </ul>
      <form className="moderation__add" onSubmit={submit}>
        <Field label={t('nameAModerator')} hint={t('byTheirHandle')}>
          {(control) => <TextInput {...control} value={handle} onChange={({ target }) => setHandle(target.value)} />}
        </Field>
        <Button type="submit" busy={name.isPending}>
          {t('name')}
        </Button>
      </form>
    </section>
  );
};

const Words = () => {
  const { queries } = useApp();
  const { data: words } = useQuery(queries.heldWords());
  return words ? <WordsForm words={words} /> : null;
};

const WordsForm = ({ words }: { words: string[] }) => {
  const t = useTranslations('audience');
  const { api } = useApp();
  const queryClient = useQueryClient();
  const [text, setText] = useState(words.join('\n'));
  const save = useMutation({
    mutationFn: () => api.setHeldWords(text.split('\n').flatMap((line) => line.trim() || [])),
    onSuccess: ({ words: saved }) => {
      // as they are kept: each once, and none of them empty
      setText(saved.join('\n'));
      queryClient.setQueryData(['held-words'], saved);
      toast.success(t('wordsSaved'));
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Field label={t('wordsToHoldBack')} hint={t('oneALineMessagesWith')}>
        {(control) => <TextArea {...control} rows={4} value={text} onChange={({ target }) => setText(target.value)} />}
      </Field>
      <Button type="submit" busy={save.isPending}>
        {t('saveTheWords')}
      </Button>
    </form>
  );
};
