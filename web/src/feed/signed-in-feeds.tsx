import { UsersRound } from 'lucide-react';
import * as Tabs from 'radix-ui/tabs';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import '../ui/tabs.css';
import { Composer } from './composer.tsx';
import { Explore } from './explore.tsx';
import { PostList } from './post-list.tsx';

/** Where the signed-in write, and read everyone's posts or those of the people they follow. */
export const SignedInFeeds = () => {
  const t = useTranslations('feed');
  const [shown, setShown] = useState('explore');
  return (
    <>
      <Composer />
      <Tabs.Root value={shown} onValueChange={setShown}>
        <Tabs.List className="tabs" aria-label={t('whichPosts')}>
          <Tabs.Trigger className="tabs__tab" value="explore">
            {t('everyone')}
          </Tabs.Trigger>
          <Tabs.Trigger className="tabs__tab" value="feed">
            {t('following')}
          </Tabs.Trigger>
        </Tabs.List>
        <Tabs.Content value="explore">
          <Explore />
        </Tabs.Content>
        <Tabs.Content value="feed">
          <PostList
            feed="feed"
            empty={{
              icon: <UsersRound />,
              title: t('quietHere'),
              text: t('followPeopleToSeeWhat'),
            }}
          />
        </Tabs.Content>
      </Tabs.Root>
    </>
  );
};
