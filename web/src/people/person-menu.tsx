import { useQuery } from '@tanstack/react-query';
import { Ban, Ellipsis, Flag, Share2, UserRoundCheck } from 'lucide-react';
import * as DropdownMenu from 'radix-ui/dropdown-menu';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import type { ProfileView } from '#contract/http';
import { useApp, useSignedIn } from '../context/app-context.ts';
import { useReport } from '../context/use-report.tsx';
import '../ui/button.css';
import '../ui/menu.css';
import { useShareLink } from '../ui/share.ts';
import { BlockDialog } from './block-dialog.tsx';
import { useBlock } from './use-block.ts';

/** What else may be done about a person, from their profile. */
export const PersonMenu = ({ person }: { person: ProfileView }) => {
  const t = useTranslations('people');
  const shareLink = useShareLink();
  const { queries } = useApp();
  const { data: me } = useQuery({ ...queries.me(), enabled: useSignedIn() });
  const [asking, setAsking] = useState(false);
  const block = useBlock(person.handle);
  const { report, dialog } = useReport({ kind: 'person', handle: person.handle });
  const url = new URL(`/@${person.handle}`, location.origin).href;
  return (
    <>
      <DropdownMenu.Root modal={false}>
        <DropdownMenu.Trigger className="icon-button" aria-label={t('moreAbout', { name: person.name })}>
          <Ellipsis aria-hidden="true" />
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content className="menu" align="end" sideOffset={4}>
            <DropdownMenu.Item className="menu__item" onSelect={() => shareLink({ url, title: person.name })}>
              <Share2 aria-hidden="true" />
              {t('shareProfile')}
            </DropdownMenu.Item>
            {me && me.id !== person.id && person.blocked && (
              <DropdownMenu.Item className="menu__item" onSelect={() => block.mutate(false)}>
                <UserRoundCheck aria-hidden="true" />
                {t('unblockHandle', { handle: person.handle })}
              </DropdownMenu.Item>
            )}
            {me?.id !== person.id && (
              <DropdownMenu.Item className="menu__item menu__item--danger" onSelect={report}>
                <Flag aria-hidden="true" />
                {t('report')}
              </DropdownMenu.Item>
            )}
            {me && me.id !== person.id && !person.blocked && (
              <DropdownMenu.Item className="menu__item menu__item--danger" onSelect={() => setAsking(true)}>
                <Ban aria-hidden="true" />
                {t('blockHandle', { handle: person.handle })}
              </DropdownMenu.Item>
            )}
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
      {dialog}
      <BlockDialog person={person} open={asking} onOpenChange={setAsking} />
    </>
  );
};
