import type { LucideIcon } from 'lucide-react';
import * as DropdownMenu from 'radix-ui/dropdown-menu';
import { useEffect, useRef, type ComponentProps, type ReactElement, type ReactNode } from 'react';
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

type ItemProps = {
  icon?: LucideIcon;
  /** It takes something away, or is against somebody. @default false */
  dangerous?: boolean;
  onSelect: (event: Event) => void;
  /** Its words. */
  children: ReactNode;
};

/** An entry of a menu that does something. */
export const MenuItem = ({ icon: Icon, dangerous = false, onSelect, children }: ItemProps) => (
  <DropdownMenu.Item className={dangerous ? 'menu__item menu__item--danger' : 'menu__item'} onSelect={onSelect}>
    {Icon && <Icon aria-hidden="true" />}
    {children}
  </DropdownMenu.Item>
);

/** An entry of a menu that leads somewhere: around a single link with its icon and words. */
export const MenuLink = ({ children }: { children: ReactElement }) => (
  <DropdownMenu.Item className="menu__item" asChild>
    {children}
  </DropdownMenu.Item>
);
