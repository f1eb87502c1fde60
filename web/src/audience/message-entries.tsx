import { Ban, Clock, Flag, Pin, Reply, Trash2 } from 'lucide-react';
import * as DropdownMenu from 'radix-ui/dropdown-menu';
import { useTranslations } from 'use-intl';
import type { Moderate } from '#contract/chat';

const TIMEOUTS = [
  { length: 'minute', seconds: 60 },
  { length: 'tenMinutes', seconds: 600 },
  { length: 'day', seconds: 86_400 },
] as const;

/** What may be done is given; the rest has no entry. */
type Props = {
  onReply: (() => void) | undefined;
  onReport: (() => void) | undefined;
  onPin: (() => void) | undefined;
  onDelete: (() => void) | undefined;
  /** What may be done about who wrote it, and by what handle they go. */
  writer: { handle: string; onAct: (wanted: Moderate) => void } | undefined;
};

/** What can be done about a message: to answer or report it; and for who moderates, all that is theirs to do. */
export const MessageEntries = ({ onReply, onReport, onPin, onDelete, writer }: Props) => {
  const t = useTranslations('audience');
  return (
    <>
      {onReply && (
        <DropdownMenu.Item className="menu__item" onSelect={onReply}>
          <Reply aria-hidden="true" />
          {t('reply')}
        </DropdownMenu.Item>
      )}
      {onReport && (
        <DropdownMenu.Item className="menu__item menu__item--danger" onSelect={onReport}>
          <Flag aria-hidden="true" />
          {t('report')}
        </DropdownMenu.Item>
      )}
      {onPin && (
        <DropdownMenu.Item className="menu__item" onSelect={onPin}>
          <Pin aria-hidden="true" />
          {t('pin')}
        </DropdownMenu.Item>
      )}
      {onDelete && (
        <DropdownMenu.Item className="menu__item menu__item--danger" onSelect={onDelete}>
          <Trash2 aria-hidden="true" />
          {t('delete')}
        </DropdownMenu.Item>
      )}
      {writer && <WriterEntries {...writer} />}
    </>
  );
};

const WriterEntries = ({ handle, onAct }: NonNullable<Props['writer']>) => {
  const t = useTranslations('audience');
  return (
    <>
      <DropdownMenu.Separator className="menu__separator" />
      {TIMEOUTS.map(({ length, seconds }) => (
        <DropdownMenu.Item
          key={seconds}
          className="menu__item"
          onSelect={() => onAct({ act: 'timeout', handle, seconds })}
        >
          <Clock aria-hidden="true" />
          {t(`timeOutFor.${length}`)}
        </DropdownMenu.Item>
      ))}
      <DropdownMenu.Item className="menu__item menu__item--danger" onSelect={() => onAct({ act: 'ban', handle })}>
        <Ban aria-hidden="true" />
        {t('ban', { handle })}
      </DropdownMenu.Item>
    </>
  );
};
