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
import { MenuItem } from '../ui/menu.tsx';

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
            <MenuItem icon={Share2} onSelect={() => shareLink({ url, title: person.name })}>
              {t('shareProfile')}
            </MenuItem>
            {me && me.id !== person.id && person.blocked && (
              <MenuItem icon={UserRoundCheck} onSelect={() => block.mutate(false)}>
                {t('unblockHandle', { handle: person.handle })}
              </MenuItem>
            )}
            {me?.id !== person.id && (
              <MenuItem icon={Flag} dangerous onSelect={report}>
                {t('report')}
              </MenuItem>
            )}
            {me && me.id !== person.id && !person.blocked && (
              <MenuItem icon={Ban} dangerous onSelect={() => setAsking(true)}>
                {t('blockHandle', { handle: person.handle })}
              </MenuItem>
            )}
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
      {dialog}
      <BlockDialog person={person} open={asking} onOpenChange={setAsking} />
    </>
  );
};
