import { Tabs } from 'radix-ui';
import { Newspaper, UsersRound } from 'lucide-react';
import { useState } from 'react';
import { useSignedIn } from '../context/app-context.ts';
import '../ui/tabs.css';
import { Composer } from './composer.tsx';
import { PostList } from './post-list.tsx';
import './feeds.css';

/** Everyone's posts, and for the signed-in those of the people they follow. */
export const Feeds = () => {
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
        <Tabs.List className="tabs" aria-label="Which posts">
          <Tabs.Trigger className="tabs__tab" value="explore">
            Everyone
          </Tabs.Trigger>
          <Tabs.Trigger className="tabs__tab" value="feed">
            Following
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
              title: 'Quiet here',
              text: 'Follow people to see what they post and when they go live.',
            }}
          />
        </Tabs.Content>
      </Tabs.Root>
    </div>
  );
};

const Explore = () => (
  <PostList
    feed="explore"
    empty={{ icon: <Newspaper />, title: 'No posts yet', text: 'Be the first to say something.' }}
  />
);
