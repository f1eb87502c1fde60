import * as AlertDialog from 'radix-ui/alert-dialog';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { Button } from './button.tsx';
import './dialog.css';
import { useFocusBack } from './focus-back.ts';

type Props = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  /** What will be lost. */
  text: string;
  /** More that is to be read first, e.g. a list. */
  children?: ReactNode;
  /** The verb on the button. */
  confirm: string;
  /** @default Cancel */
  cancel?: string;
  busy?: boolean;
  onConfirm: () => void;
};

/** Asks before something that cannot be undone. Stays open until the owner closes it, so that a failure can be retried. */
export const ConfirmDialog = ({
  open,
  onOpenChange,
  title,
  text,
  children,
  confirm,
  cancel,
  busy = false,
  onConfirm,
}: Props) => {
  const t = useTranslations('ui');
  const focusBack = useFocusBack();
  return (
    <AlertDialog.Root open={open} onOpenChange={onOpenChange}>
      <AlertDialog.Portal>
        <AlertDialog.Overlay className="dialog__scrim" />
        <AlertDialog.Content className="dialog dialog--m" {...focusBack}>
          <header className="dialog__header">
            <AlertDialog.Title className="dialog__title">{title}</AlertDialog.Title>
          </header>
          <div className="dialog__body">
            <AlertDialog.Description className="muted">{text}</AlertDialog.Description>
            {children}
          </div>
          <footer className="dialog__footer">
            <AlertDialog.Cancel asChild>
              <Button variant="ghost">{cancel ?? t('cancel')}</Button>
            </AlertDialog.Cancel>
            <Button variant="danger" busy={busy} onClick={onConfirm}>
              {confirm}
            </Button>
          </footer>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
};
