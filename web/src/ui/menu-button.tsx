import { useRef, useState, type ComponentProps, type ComponentType, type KeyboardEvent } from 'react';
import { useTranslations } from 'use-intl';
import type { Menu, MenuLook } from './menu.tsx';
import { part } from './part.ts';
import { toast } from './toast.ts';
import './button.css';

type Button = Omit<ComponentProps<'button'>, 'type' | 'onClick' | 'onKeyDown'>;
type Parts<Given> = { Menu: typeof Menu; Entries: ComponentType<Given> };
type Props<Given> = Button & { menu?: MenuLook; given: Given };

const loadMenu = part(() => import('./menu.tsx'));

/**
 * Makes a button with a menu. The menu's entries, and what all menus are made with, come when the button is first touched: most pages
 * have menus that nobody opens.
 *
 * @param load brings the entries of the menu, which are shown what is `given` to the button
 */
export const menuButton = <Given extends object>(load: () => Promise<ComponentType<Given>>) => {
  let coming: Promise<Parts<Given>> | undefined;
  const loaded = () => {
    coming ??= Promise.all([loadMenu(), load()]).then(([parts, Entries]) => ({ Menu: parts.Menu, Entries }));
    coming.catch(() => {
      coming = undefined;
    });
    return coming;
  };

  const MenuButton = ({ menu = {}, given, ...button }: Props<Given>) => {
    const t = useTranslations('ui');
    const [opened, setOpened] = useState<Parts<Given> & { by: 'keyboard' | 'pointer' }>();
    const opening = useRef(false);

    const touched = () => void loaded().catch(() => {});
    const open = (by: 'keyboard' | 'pointer') => {
      if (opening.current) return;
      opening.current = true;
      loaded()
        .then((parts) => setOpened({ ...parts, by }))
        .catch(() => toast.error(t('partNotLoaded')))
        .finally(() => {
          opening.current = false;
        });
    };
    const press = (event: KeyboardEvent) => {
      if (event.key !== 'ArrowDown') return;
      event.preventDefault();
      open('keyboard');
    };

    if (opened) {
      const { Menu: Opened, Entries, by } = opened;
      return (
        <Opened {...menu} button={button} openedBy={by}>
          <Entries {...given} />
        </Opened>
      );
    }
    return (
      <button
        type="button"
        aria-haspopup="menu"
        aria-expanded={false}
        {...button}
        onPointerEnter={touched}
        onFocus={touched}
        // a press of a key is a click that no pointer made
        onClick={({ detail }) => open(detail === 0 ? 'keyboard' : 'pointer')}
        onKeyDown={press}
      />
    );
  };
  return MenuButton;
};
