import * as DropdownMenu from 'radix-ui/dropdown-menu';
import { useEffect, useRef, type ComponentProps, type ReactNode } from 'react';
import './menu.css';

export type MenuLook = {
  /** The class of the menu, beside its own. */
  className?: string | undefined;
  /** In pixels, from the button. @default 4 */
  sideOffset?: number;
};

type Props = MenuLook & {
  /** What opens it, and gets the focus back. */
  button: ComponentProps<'button'>;
  /** The keyboard stands on the first entry of what it opens; the pointer on none. */
  openedBy: 'keyboard' | 'pointer';
  children: ReactNode;
};

/** A menu under its button, open from the start. Comes with the first press of any (`menu-button.tsx`). */
export const Menu = ({ button, openedBy, className, sideOffset = 4, children }: Props) => (
  <DropdownMenu.Root modal={false} defaultOpen>
    <DropdownMenu.Trigger {...button} />
    <DropdownMenu.Portal>
      <DropdownMenu.Content className={className ? `menu ${className}` : 'menu'} align="end" sideOffset={sideOffset}>
        {openedBy === 'keyboard' && <StandOnFirst />}
        {children}
      </DropdownMenu.Content>
    </DropdownMenu.Portal>
  </DropdownMenu.Root>
);

/** The library has not seen the key that opened the menu, because it was not there yet. */
const StandOnFirst = () => {
  const mark = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const menu = mark.current?.closest('[role="menu"]');
    menu?.querySelector<HTMLElement>('[role^="menuitem"]')?.focus({ preventScroll: true });
  }, []);
  return <span ref={mark} hidden />;
};
