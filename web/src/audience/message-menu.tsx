import { useMutation } from '@tanstack/react-query';
import { Ban, Clock, Ellipsis, Flag, Pin, Reply, Trash2 } from 'lucide-react';
import * as DropdownMenu from 'radix-ui/dropdown-menu';
import { useTranslations } from 'use-intl';
import type { ChatMessageView, Moderate } from '#contract/chat';
import { useApp } from '../context/app-context.ts';
import { useReport } from '../context/use-report.tsx';
import '../ui/button.css';
import '../ui/menu.css';

const TIMEOUTS = [
  { length: 'minute', seconds: 60 },
  { length: 'tenMinutes', seconds: 600 },
  { length: 'day', seconds: 86_400 },
] as const;

/** A message of a show's chat, and who looks at it. */
export type MessageProps = {
  streamId: string;
  message: ChatMessageView;
  me: string | undefined;
  moderates: boolean;
  onReply?: (() => void) | undefined;
};

/** What can be done about a message: to answer or report it; and for who moderates, all that is theirs to do. */
export const MessageMenu = ({ streamId, message, me, moderates, onReply }: MessageProps) => {
  const t = useTranslations('audience');
  const { api } = useApp();
  const act = useMutation({ mutationFn: (wanted: Moderate) => api.moderate(streamId, wanted) });
  const { seq, from } = message;
  const theirs = moderates && from.handle !== me && from.badge !== 'creator';
  const { report, dialog } = useReport({ kind: 'message', streamId, seq });
  const reportable = me !== undefined && from.handle !== me;
  if (!onReply && !moderates && !reportable) return null;
  return (
    <>
      <DropdownMenu.Root modal={false}>
        <DropdownMenu.Trigger
          className="icon-button icon-button--s chat__more"
          aria-label={t('moreAboutTheMessageBy', { name: from.name })}
        >
          <Ellipsis aria-hidden="true" />
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content className="menu" align="end" sideOffset={4}>
            {onReply && (
              <DropdownMenu.Item className="menu__item" onSelect={onReply}>
                <Reply aria-hidden="true" />
                {t('reply')}
              </DropdownMenu.Item>
            )}
            {reportable && (
              <DropdownMenu.Item className="menu__item menu__item--danger" onSelect={report}>
                <Flag aria-hidden="true" />
                {t('report')}
              </DropdownMenu.Item>
            )}
            {moderates && (
              <>
                <DropdownMenu.Item className="menu__item" onSelect={() => act.mutate({ act: 'pin', seq })}>
                  <Pin aria-hidden="true" />
                  {t('pin')}
                </DropdownMenu.Item>
                <DropdownMenu.Item
                  className="menu__item menu__item--danger"
                  onSelect={() => act.mutate({ act: 'delete', seq })}
                >
                  <Trash2 aria-hidden="true" />
                  {t('delete')}
                </DropdownMenu.Item>
              </>
            )}
            {theirs && (
              <>
                <DropdownMenu.Separator className="menu__separator" />
                {TIMEOUTS.map(({ length, seconds }) => (
                  <DropdownMenu.Item
                    key={seconds}
                    className="menu__item"
                    onSelect={() => act.mutate({ act: 'timeout', handle: from.handle, seconds })}
                  >
                    <Clock aria-hidden="true" />
                    {t(`timeOutFor.${length}`)}
                  </DropdownMenu.Item>
                ))}
                <DropdownMenu.Item
                  className="menu__item menu__item--danger"
                  onSelect={() => act.mutate({ act: 'ban', handle: from.handle })}
                >
                  <Ban aria-hidden="true" />
                  {t('ban', { handle: from.handle })}
                </DropdownMenu.Item>
              </>
            )}
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
      {dialog}
    </>
  );
};
