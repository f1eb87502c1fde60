import { useTranslations } from 'use-intl';
import { Button } from '../ui/button.tsx';
import { useBroadcast, useBroadcastHandle } from './broadcast-provider.tsx';
import type { Leftover } from './leftovers.ts';
import { wholeSeconds } from './status.ts';
import type { Translate } from '../words/translate.ts';
import './broadcast.css';

const total = (leftovers: readonly Leftover[], is: Leftover['event']['type']) =>
  leftovers.filter(({ event }) => event.type === is).reduce((sum, { event }) => sum + event.ms, 0);

/** What became of what an earlier page had recorded of a show and not sent, in sentences. */
const leftoversText = (t: Translate<'broadcast'>, leftovers: readonly Leftover[]): string[] => {
  const [sending, sent, notSent] = [
    total(leftovers, 'sending'),
    total(leftovers, 'sent'),
    total(leftovers, 'not-sent'),
  ];
  return [
    sending > 0 && t('leftoverSending', { seconds: wholeSeconds(sending) }),
    sent > 0 && t('leftoverSent', { seconds: wholeSeconds(sent) }),
    notSent > 0 && t('leftoverNotSent', { seconds: wholeSeconds(notSent) }),
  ].filter((sentence) => sentence !== false);
};

/** Says what is left of shows whose page was closed, and what becomes of it. */
export const LeftoversNotice = () => {
  const t = useTranslations('broadcast');
  const broadcast = useBroadcastHandle();
  const { leftovers } = useBroadcast();
  const sentences = leftoversText(t, leftovers);
  if (sentences.length === 0) return null;
  return (
    <aside className="leftovers" aria-label={t('whatWasKept')}>
      <output>
        {sentences.map((sentence) => (
          <p key={sentence.slice(0, 20)}>{sentence}</p>
        ))}
      </output>
      <Button size="s" onClick={broadcast.dismissLeftovers}>
        {t('close')}
      </Button>
    </aside>
  );
};
