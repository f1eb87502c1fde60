import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import type { StreamView } from '#contract/http';
import { SHOW_LIMITS } from '#contract/show';
import { Field, TextInput } from '../ui/field.tsx';
import { ShowDetails, type ShowDetailsDraft } from '../ui/show-details.tsx';
import { parseLocalText } from './local-time.ts';
import type { Translate } from '../words/translate.ts';
import './show-fields.css';

/** What a creator says of a show; `when` is what the control for it shows. */
export type ShowDraft = ShowDetailsDraft & { title: string; description: string; when: string };

/** What can be said at a point of a show's life, besides what it is about. */
export type Asks = readonly ('when' | Detail)[];
type Detail = 'visibility' | 'latency' | 'captions';

/** What can be said at any time. */
const ALWAYS = ['description', 'category', 'language'] as const;
const isDetail = (ask: Asks[number]): ask is Detail => ask !== 'when';

/**
 * What can still change in a show that exists. The delay belongs to the channel from the first minute on; who may watch is settled
 * when the show begins.
 */
export const changeableIn = ({
  state,
  scheduledFor,
  recording,
}: Pick<StreamView, 'state' | 'scheduledFor' | 'recording'>): Asks => {
  if (state === 'ended' && recording === 'ready') return ['visibility'];
  if (state !== 'created') return [];
  return scheduledFor === undefined ? ['visibility'] : ['when', 'visibility'];
};

/** Why a draft will not do, by field. */
type Problems = { title?: string | undefined; when?: string | undefined };

type Props = {
  draft: ShowDraft;
  asks: Asks;
  problems: Problems;
  /** The field of its picture. */
  picture: ReactNode;
  onChange: (draft: ShowDraft) => void;
};

/** What is wrong with a draft. */
export const problemsOf = (t: Translate<'studio'>, { title, when }: ShowDraft, nowMs: number): Problems => ({
  title: title.trim() ? undefined : t('aShowNeedsATitle'),
  when: whenProblem(t, parseLocalText(when), nowMs),
});

const whenProblem = (t: Translate<'studio'>, atMs: number | undefined, nowMs: number) => {
  if (atMs === undefined) return t('enterADay');
  if (atMs <= nowMs) return t('thisTimeHasPassed');
  return atMs < nowMs + SHOW_LIMITS.aheadMs ? undefined : t('upToAYearAhead');
};

/** The fields of a show that is announced or changed. */
export const ShowFields = ({ draft, asks, problems, picture, onChange }: Props) => {
  const t = useTranslations('studio');
  const set = (change: Partial<ShowDraft> | Partial<ShowDetailsDraft>) =>
    onChange({ ...draft, ...change, description: change.description ?? draft.description });
  return (
    <>
      <Field label={t('title')} required error={problems.title}>
        {(control) => (
          <TextInput
            {...control}
            autoComplete="off"
            maxLength={SHOW_LIMITS.titleCharacters}
            value={draft.title}
            onChange={(event) => set({ title: event.target.value })}
          />
        )}
      </Field>
      {asks.includes('when') && (
        <Field label={t('starts')} required hint={t('inYourTimeZone', { zone: zoneName() })} error={problems.when}>
          {(control) => (
            <TextInput
              {...control}
              type="datetime-local"
              value={draft.when}
              onChange={(event) => set({ when: event.target.value })}
            />
          )}
        </Field>
      )}
      <ShowDetails draft={draft} asks={[...ALWAYS, ...asks.filter(isDetail)]} onChange={set} />
      {picture}
    </>
  );
};

const zoneName = () => {
  const zone = new Intl.DateTimeFormat('en', { timeZoneName: 'longOffset' });
  const offset = zone.formatToParts().find(({ type }) => type === 'timeZoneName')?.value ?? '';
  return `${zone.resolvedOptions().timeZone.replaceAll('_', ' ')} (${offset})`;
};
