import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { isLiveToViewers } from '#contract/show';
import { withShow } from '../realtime/with-show.ts';
import { useApp, useSignedIn } from './app-context.ts';

/** The shows of whom one follows that are live now; undefined until that is known, or where nobody is signed in. */
export const useFollowedLive = () => {
  const { queries } = useApp();
  const signedIn = useSignedIn();
  const { data } = useQuery({ ...queries.followedLive(), enabled: signedIn });
  return signedIn ? data : undefined;
};

/** Lets what is pushed of whom one follows be seen at once. Once for all of the app: it opens a socket. */
export const useFollowedPushes = () => {
  const { queries, followPeople } = useApp();
  const signedIn = useSignedIn();
  const queryClient = useQueryClient();
  useEffect(() => {
    if (!signedIn) return undefined;
    const { queryKey } = queries.followedLive();
    return followPeople((stream) => {
      // an answer that is on its way may be older than this
      void queryClient.cancelQueries({ queryKey });
      queryClient.setQueryData(queryKey, (shows) => withShow(shows ?? [], stream, isLiveToViewers(stream)));
    });
  }, [signedIn, queries, followPeople, queryClient]);
};
