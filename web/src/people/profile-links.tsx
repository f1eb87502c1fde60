import { Link2 } from 'lucide-react';
import { useTranslations } from 'use-intl';
import type { ProfileView } from '#contract/http';
import { siteOf } from './link-drafts.ts';
import './profile-links.css';

/** A person's own pages elsewhere. Where each leads stands beside what its owner calls it. */
export const ProfileLinks = ({ links }: { links: NonNullable<ProfileView['links']> }) => {
  const t = useTranslations('people');
  return (
    <ul className="profile-links" aria-label={t('links')}>
      {links.map(({ title, url }) => (
        <li key={`${title} ${url}`}>
          {/* `me` lets the page there know this one as its owner's: https://microformats.org/wiki/rel-me */}
          <a href={url} target="_blank" rel="me nofollow noopener" className="profile-links__link">
            <Link2 aria-hidden="true" />
            <bdi>{title}</bdi>
            {title !== siteOf(url) && (
              <span className="muted profile-links__site" dir="ltr">
                {siteOf(url)}
              </span>
            )}
          </a>
        </li>
      ))}
    </ul>
  );
};
