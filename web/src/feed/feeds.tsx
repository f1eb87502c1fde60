import { Tabs } from 'radix-ui';
import { Newspaper, UsersRound } from 'lucide-react';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { useSignedIn } from '../context/app-context.ts';
import '../ui/tabs.css';
import { Composer } from './composer.tsx';
import { PostList } from './post-list.tsx';
import './feeds.css';

/** Everyone's posts, and for the signed-in those of the people they follow. */
export const Feeds = () => {
  const t = useTranslations('feed');
  const signedIn = useSignedIn();
  const [shown, setShown] = useState('explore');
  if (!signedIn)
    return (
      <div className="feeds">
        <Explore />
      </div>
    );
  return (
    <div className="feeds">
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
    </div>
  );
};

const Explore = () => {
  const t = useTranslations('feed');
  return (
    <PostList feed="explore" empty={{ icon: <Newspaper />, title: t('noPostsYet'), text: t('beTheFirstToSay') }} />
  );
};
