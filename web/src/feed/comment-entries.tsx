import { Ban, Flag, Trash2 } from 'lucide-react';
import { useTranslations } from 'use-intl';
import { MenuItem } from '../ui/menu.tsx';

/** What may be done is given; the rest has no entry. */
type Props = {
  onDelete: (() => void) | undefined;
  onReport: (() => void) | undefined;
  /** Whose comment it is, who can be blocked. */
  writer: { handle: string; onBlock: () => void } | undefined;
};

/** What the signed-in may do about a comment. */
export const CommentEntries = ({ onDelete, onReport, writer }: Props) => {
  const t = useTranslations('feed');
  return (
    <>
      {onDelete && (
        <MenuItem icon={Trash2} dangerous onSelect={onDelete}>
          {t('delete')}
        </MenuItem>
      )}
      {onReport && (
        <MenuItem icon={Flag} onSelect={onReport}>
          {t('report')}
        </MenuItem>
      )}
      {writer && (
        <MenuItem icon={Ban} dangerous onSelect={writer.onBlock}>
          {t('block', { handle: writer.handle })}
        </MenuItem>
      )}
    </>
  );
};
