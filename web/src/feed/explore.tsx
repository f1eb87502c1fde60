import { Newspaper } from 'lucide-react';
import { useTranslations } from 'use-intl';
import { PostList } from './post-list.tsx';

/** Everyone's posts. */
export const Explore = () => {
  const t = useTranslations('feed');
  return (
    <PostList feed="explore" empty={{ icon: <Newspaper />, title: t('noPostsYet'), text: t('beTheFirstToSay') }} />
  );
};
