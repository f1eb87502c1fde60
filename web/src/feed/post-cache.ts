import type { InfiniteData, QueryClient } from '@tanstack/react-query';
import type { Page, PostView } from '#contract/http';

/** Changes one post wherever it is shown. */
export const patchPost = (queryClient: QueryClient, id: string, patch: Partial<PostView>) => {
  queryClient.setQueryData<PostView>(['post', id], (post) => post && { ...post, ...patch });
  queryClient.setQueriesData<InfiniteData<Page<PostView>>>(
    { queryKey: ['posts'] },
    (data) =>
      data && {
        ...data,
        pages: data.pages.map((page) => ({
          ...page,
          items: page.items.map((post) => (post.id === id ? { ...post, ...patch } : post)),
        })),
      },
  );
};
