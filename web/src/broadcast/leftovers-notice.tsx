import { Button } from '../ui/button.tsx';
import { useBroadcast, useBroadcastHandle } from './broadcast-provider.tsx';
import type { Leftover } from './leftovers.ts';
import { secondsText } from './status.ts';
import './broadcast.css';

const total = (leftovers: readonly Leftover[], is: Leftover['event']['type']) =>
  leftovers.filter(({ event }) => event.type === is).reduce((sum, { event }) => sum + event.ms, 0);

/** What became of what an earlier page had recorded of a show and not sent, in sentences. */
export const leftoversText = (leftovers: readonly Leftover[]): string[] => {
  const [sending, sent, notSent] = [
    total(leftovers, 'sending'),
    total(leftovers, 'sent'),
    total(leftovers, 'not-sent'),
  ];
  return [
    sending > 0 &&
      `This page was closed in the middle of a show. What it kept is being sent: ${secondsText(sending)} are left.`,
    sent > 0 && `The last ${secondsText(sent)} that were kept here when this page was closed have been sent.`,
    notSent > 0 &&
      `The last ${secondsText(notSent)} that were kept here could not be sent any more: the show has ended or goes on elsewhere.`,
  ].filter((sentence) => sentence !== false);
};

/** Says what is left of shows whose page was closed, and what becomes of it. */
export const LeftoversNotice = () => {
  const broadcast = useBroadcastHandle();
  const { leftovers } = useBroadcast();
  const sentences = leftoversText(leftovers);
  if (sentences.length === 0) return null;
  return (
    <aside className="leftovers" aria-label="What was kept">
      <output>
        {sentences.map((sentence) => (
          <p key={sentence.slice(0, 20)}>{sentence}</p>
        ))}
      </output>
      <Button size="s" onClick={broadcast.dismissLeftovers}>
        Close
      </Button>
    </aside>
  );
};
