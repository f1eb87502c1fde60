import { useMutation } from '@tanstack/react-query';
import { Ellipsis } from 'lucide-react';
import { useTranslations } from 'use-intl';
import type { ChatMessageView, Moderate } from '#contract/chat';
import { useApp } from '../context/app-context.ts';
import { useReport } from '../context/use-report.tsx';
import { menuButton } from '../ui/menu-button.tsx';
import { part } from '../ui/part.ts';

const MoreButton = menuButton(part(async () => (await import('./message-entries.tsx')).MessageEntries));

/** A message of a show's chat, and who looks at it. */
export type MessageProps = {
  streamId: string;
  message: ChatMessageView;
  me: string | undefined;
  moderates: boolean;
  onReply?: (() => void) | undefined;
};

/** The way to what can be done about a message, where there is anything. */
export const MessageMenu = ({ streamId, message, me, moderates, onReply }: MessageProps) => {
  const t = useTranslations('audience');
  const { api } = useApp();
  const { mutate: act } = useMutation({ mutationFn: (wanted: Moderate) => api.moderate(streamId, wanted) });
  const { seq, from } = message;
  const theirs = moderates && from.handle !== me && from.badge !== 'creator';
  const { report, dialog } = useReport({ kind: 'message', streamId, seq });
  const reportable = me !== undefined && from.handle !== me;
  if (!onReply && !moderates && !reportable) return null;
  return (
    <>
      <MoreButton
        className="icon-button icon-button--s chat__more"
        aria-label={t('moreAboutTheMessageBy', { name: from.name })}
        given={{
          onReply,
          onReport: reportable ? report : undefined,
          onPin: moderates ? () => act({ act: 'pin', seq }) : undefined,
          onDelete: moderates ? () => act({ act: 'delete', seq }) : undefined,
          writer: theirs ? { handle: from.handle, onAct: act } : undefined,
        }}
      >
        <Ellipsis aria-hidden="true" />
      </MoreButton>
      {dialog}
    </>
  );
};
