import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { REACTIONS, type Reaction, type ReactionCounts } from '#contract/chat';
import { useApp } from '../context/app-context.ts';
import { useFormats } from '../words/formats.ts';
import './reactions.css';

const FACES: Record<Reaction, string> = { heart: '❤️', clap: '👏', laugh: '😂', wow: '😮', fire: '🔥' };
/** At most this many rise, however many there were at once. */
const RISING = 12;

type Props = {
  streamId: string;
  counts: ReactionCounts | undefined;
  burst: { number: number; given: ReactionCounts } | undefined;
};

/** Buttons to react with, and what others give just now, rising over the chat. */
export const Reactions = ({ streamId, counts, burst }: Props) => {
  const t = useTranslations('audience');
  const { api } = useApp();
  const { compact } = useFormats();
  const [mine, setMine] = useState<Partial<Record<Reaction, number>>>({});
  const give = (reaction: Reaction) => {
    setMine((given) => ({ ...given, [reaction]: (given[reaction] ?? 0) + 1 }));
    // a reaction that is lost is not worth a word
    api.react(streamId, reaction).catch(() => {});
  };
  return (
    <div className="reactions">
      <Rising burst={burst} />
      <fieldset className="reactions__buttons" aria-label={t('react')}>
        {REACTIONS.map((reaction) => {
          const given = Math.max(counts?.[reaction] ?? 0, mine[reaction] ?? 0);
          return (
            <button key={reaction} type="button" className="reactions__button" onClick={() => give(reaction)}>
              <span aria-hidden="true">{FACES[reaction]}</span>
              <span className="visually-hidden">{t(`reaction.${reaction}`)}</span>
              {given > 0 && <span className="reactions__count">{compact(given)}</span>}
            </button>
          );
        })}
      </fieldset>
    </div>
  );
};

type Risen = { key: string; emoji: string; left: number };

const risenOf = ({ number, given }: NonNullable<Props['burst']>): Risen[] =>
  REACTIONS.flatMap((reaction) => Array.from({ length: Math.min(RISING, given[reaction]) }, () => FACES[reaction]))
    .slice(0, RISING)
    .map((emoji, i) => ({ key: `${number}-${i}`, emoji, left: ((number * 7 + i * 31) % 80) + 10 }));

const Rising = ({ burst }: Pick<Props, 'burst'>) => {
  const [shown, setShown] = useState<{ number: number; rising: Risen[] }>({ number: burst?.number ?? 0, rising: [] });
  if (burst && burst.number !== shown.number)
    setShown({ number: burst.number, rising: [...shown.rising, ...risenOf(burst)].slice(-2 * RISING) });
  const risen = (key: string) =>
    setShown((before) => ({ ...before, rising: before.rising.filter((one) => one.key !== key) }));
  return (
    <div className="reactions__rising" aria-hidden="true">
      {shown.rising.map(({ key, emoji, left }) => (
        <span key={key} style={{ left: `${left}%` }} onAnimationEnd={() => risen(key)}>
          {emoji}
        </span>
      ))}
    </div>
  );
};
