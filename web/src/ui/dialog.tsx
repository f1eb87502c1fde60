import { X } from 'lucide-react';
import * as Radix from 'radix-ui/dialog';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import './button.css';
import './dialog.css';
import { useFocusBack } from './focus-back.ts';
import './button.css';

type Props = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  /** One sentence under the title; announced with the dialog. */
  description?: string;
  width?: 'm' | 'l';
  /** False while closing would lose work: Escape, the cross and a press outside then do nothing. */
  dismissible?: boolean;
  footer?: ReactNode;
  children: ReactNode;
};

/**
 * Whether it is of a menu or a tooltip: while a dialog is open, there are none but its own. They lie beside it in the document, and
 * what happens in them does not come up to the dialog (infra/decisions/react-as-preact.md).
 */
const isOpenedFromWithin = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest('[data-radix-popper-content-wrapper]') !== null;

/** A modal dialog with focus kept inside and given back after. On a narrow screen it rises from the bottom edge. */
export const Dialog = ({
  open,
  onOpenChange,
  title,
  description,
  width = 'm',
  dismissible = true,
  footer,
  children,
}: Props) => {
  const t = useTranslations('ui');
  const focusBack = useFocusBack();
  const hold = (event: Event) => {
    if (!dismissible) event.preventDefault();
  };
  const holdOutside = (event: Event) => {
    if (!dismissible || isOpenedFromWithin(event.target)) event.preventDefault();
  };
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="dialog__scrim" />
        <Radix.Content
          className={`dialog dialog--${width}`}
          onEscapeKeyDown={hold}
          onInteractOutside={holdOutside}
          {...focusBack}
          {...(!description && { 'aria-describedby': undefined })}
        >
          <header className="dialog__header">
            <div className="dialog__words">
              <Radix.Title className="dialog__title">{title}</Radix.Title>
              {description && <Radix.Description className="muted">{description}</Radix.Description>}
            </div>
            {dismissible && (
              <Radix.Close className="icon-button dialog__close" aria-label={t('close')}>
                <X aria-hidden="true" />
              </Radix.Close>
            )}
          </header>
          <div className="dialog__body">{children}</div>
          {footer && <footer className="dialog__footer">{footer}</footer>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
};
