import { Ban, Clock, Flag, Pin, Reply, Trash2 } from 'lucide-react';
import * as DropdownMenu from 'radix-ui/dropdown-menu';
import { useTranslations } from 'use-intl';
import type { Moderate } from '#contract/chat';
import { MenuItem } from '../ui/menu.tsx';

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
        <MenuItem icon={Reply} onSelect={onReply}>
          {t('reply')}
        </MenuItem>
      )}
      {onReport && (
        <MenuItem icon={Flag} dangerous onSelect={onReport}>
          {t('report')}
        </MenuItem>
      )}
      {onPin && (
        <MenuItem icon={Pin} onSelect={onPin}>
          {t('pin')}
        </MenuItem>
      )}
      {onDelete && (
        <MenuItem icon={Trash2} dangerous onSelect={onDelete}>
          {t('delete')}
        </MenuItem>
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
        <MenuItem key={seconds} icon={Clock} onSelect={() => onAct({ act: 'timeout', handle, seconds })}>
          {t(`timeOutFor.${length}`)}
        </MenuItem>
      ))}
      <MenuItem icon={Ban} dangerous onSelect={() => onAct({ act: 'ban', handle })}>
        {t('ban', { handle })}
      </MenuItem>
    </>
  );
};
