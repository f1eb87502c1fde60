import { Flag, Pencil, Trash2 } from 'lucide-react';
import * as DropdownMenu from 'radix-ui/dropdown-menu';
import { useTranslations } from 'use-intl';

/** What may be done is given; the rest has no entry. */
type Props = {
  onEdit: (() => void) | undefined;
  onReport: (() => void) | undefined;
  onDelete: (() => void) | undefined;
};

/** What the signed-in may do about a post. */
export const PostEntries = ({ onEdit, onReport, onDelete }: Props) => {
  const t = useTranslations('feed');
  return (
    <>
      {onEdit && (
        <DropdownMenu.Item className="menu__item" onSelect={onEdit}>
          <Pencil aria-hidden="true" />
          {t('edit')}
        </DropdownMenu.Item>
      )}
      {onReport && (
        <DropdownMenu.Item className="menu__item menu__item--danger" onSelect={onReport}>
          <Flag aria-hidden="true" />
          {t('report')}
        </DropdownMenu.Item>
      )}
      {onDelete && (
        <DropdownMenu.Item className="menu__item menu__item--danger" onSelect={onDelete}>
          <Trash2 aria-hidden="true" />
          {t('delete')}
        </DropdownMenu.Item>
      )}
    </>
  );
};
