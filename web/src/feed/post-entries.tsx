import { Flag, Pencil, Trash2 } from 'lucide-react';
import { useTranslations } from 'use-intl';
import { MenuItem } from '../ui/menu.tsx';

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
        <MenuItem icon={Pencil} onSelect={onEdit}>
          {t('edit')}
        </MenuItem>
      )}
      {onReport && (
        <MenuItem icon={Flag} dangerous onSelect={onReport}>
          {t('report')}
        </MenuItem>
      )}
      {onDelete && (
        <MenuItem icon={Trash2} dangerous onSelect={onDelete}>
          {t('delete')}
        </MenuItem>
      )}
    </>
  );
};
