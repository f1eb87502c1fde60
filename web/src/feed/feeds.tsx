import { lazy, Suspense } from 'react';
import { useSignedIn } from '../context/app-context.ts';
import { part } from '../ui/part.ts';
import { Explore } from './explore.tsx';
import { PostListSkeleton } from './post-list.tsx';
import './feeds.css';

const SignedInFeeds = lazy(part(async () => ({ default: (await import('./signed-in-feeds.tsx')).SignedInFeeds })));

/** Everyone's posts, and for the signed-in those of the people they follow. */
export const Feeds = () => (
  <div className="feeds">
    {useSignedIn() ? (
      <Suspense fallback={<PostListSkeleton />}>
        <SignedInFeeds />
      </Suspense>
    ) : (
      <Explore />
    )}
  </div>
);
