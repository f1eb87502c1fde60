import { Ban, Flag, Trash2 } from 'lucide-react';
import * as DropdownMenu from 'radix-ui/dropdown-menu';
import { useTranslations } from 'use-intl';

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
        <DropdownMenu.Item className="menu__item menu__item--danger" onSelect={onDelete}>
          <Trash2 aria-hidden="true" />
          {t('delete')}
        </DropdownMenu.Item>
      )}
      {onReport && (
        <DropdownMenu.Item className="menu__item" onSelect={onReport}>
          <Flag aria-hidden="true" />
          {t('report')}
        </DropdownMenu.Item>
      )}
      {writer && (
        <DropdownMenu.Item className="menu__item menu__item--danger" onSelect={writer.onBlock}>
          <Ban aria-hidden="true" />
          {t('block', { handle: writer.handle })}
        </DropdownMenu.Item>
      )}
    </>
  );
};
