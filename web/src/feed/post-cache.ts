import type { InfiniteData, QueryClient } from '@tanstack/react-query';
import type { Page, PostView } from '#contract/http';
import type { Tagged } from '#contract/search';

/** As lists hold it: by itself, or among what bears a tag. */
type Listed = PostView | Tagged;

/** Changes one post wherever it is shown. */
export const patchPost = (queryClient: QueryClient, id: string, patch: Partial<PostView>) => {
  const patched = (one: Listed): Listed => {
    if (!('is' in one)) return one.id === id ? { ...one, ...patch } : one;
    return one.is === 'post' && one.post.id === id ? { ...one, post: { ...one.post, ...patch } } : one;
  };
  queryClient.setQueryData<PostView>(['post', id], (post) => post && { ...post, ...patch });
  queryClient.setQueriesData<InfiniteData<Page<Listed>>>(
    { queryKey: ['posts'] },
    (data) =>
      data && {
        ...data,
        pages: data.pages.map((page) => ({
          ...page,
          items: page.items.map(patched),
        })),
      },
  );
};
