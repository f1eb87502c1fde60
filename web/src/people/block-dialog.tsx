import { useTranslations } from 'use-intl';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { useBlock } from './use-block.ts';

type Props = {
  person: { handle: string; name: string };
  open: boolean;
  onOpenChange: (open: boolean) => void;
};

/** Asks before a person is blocked, and says what that does and does not do. */
export const BlockDialog = ({ person, open, onOpenChange }: Props) => {
  const t = useTranslations('people');
  const block = useBlock(person.handle);
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={onOpenChange}
      title={t('blockPerson', { name: person.name })}
      text={t('isNotToldYouCan', { handle: person.handle })}
      confirm={t('block')}
      busy={block.isPending}
      onConfirm={() => block.mutate(true, { onSuccess: () => onOpenChange(false) })}
    >
      <ul className="bullets">
        <li>{t('theyCanNoLongerFollow')}</li>
        <li>{t('youStopFollowingEachOther')}</li>
        <li>{t('whatIsPublicTheyCan')}</li>
      </ul>
    </ConfirmDialog>
  );
};
