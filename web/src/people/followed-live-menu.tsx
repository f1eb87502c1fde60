import { Link } from '@tanstack/react-router';
import * as DropdownMenu from 'radix-ui/dropdown-menu';
import { useTranslations } from 'use-intl';
import type { StreamView } from '#contract/http';
import { Avatar } from '../ui/avatar.tsx';
import { MenuLink } from '../ui/menu.tsx';

/** The way to each show of whom one follows. */
export const FollowedLiveMenu = ({ shows }: { shows: readonly StreamView[] }) => {
  const t = useTranslations('people');
  return (
    <>
      <DropdownMenu.Label className="menu__label">
        <strong>{t('liveNow')}</strong>
      </DropdownMenu.Label>
      {shows.map(({ id, creator, title, language }) => (
        <MenuLink key={id}>
          <Link to="/watch/$streamId" params={{ streamId: id }}>
            <Avatar person={creator} size="s" live />
            <span className="followed-live__words">
              <strong>
                <bdi>{creator.name}</bdi>
              </strong>
              <bdi className="muted" lang={language}>
                {title}
              </bdi>
            </span>
          </Link>
        </MenuLink>
      ))}
    </>
  );
};
