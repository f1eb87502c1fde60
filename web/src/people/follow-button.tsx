import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { UserRoundCheck, UserRoundPlus } from 'lucide-react';
import { useTranslations } from 'use-intl';
import type { ProfileView } from '#contract/http';
import { useApp, useSignedIn } from '../context/app-context.ts';
import { Button } from '../ui/button.tsx';
import { useSignIn } from '../context/use-sign-in.ts';

/** Follows somebody, or stops. Not shown on one's own page, nor where one has blocked them. */
export const FollowButton = ({ handle }: { handle: string }) => {
  const t = useTranslations('people');
  const { api, queries } = useApp();
  const signedIn = useSignedIn();
  const { signIn, leaving } = useSignIn();
  const queryClient = useQueryClient();
  const { data: me } = useQuery({ ...queries.me(), enabled: signedIn });
  const { data: person } = useQuery(queries.profile(handle));
  const patch = (change: (person: ProfileView) => Partial<ProfileView>) =>
    queryClient.setQueryData(queries.profile(handle).queryKey, (known) => known && { ...known, ...change(known) });
  const follow = useMutation({
    mutationFn: (followed: boolean) => (followed ? api.follow(handle) : api.unfollow(handle)),
    scope: { id: `follow ${handle}` },
    onMutate: (followed) =>
      patch(({ followers }) => ({ followed, notified: false, followers: followers + (followed ? 1 : -1) })),
    onError: (_error, followed) =>
      patch(({ followers }) => ({ followed: !followed, followers: followers + (followed ? -1 : 1) })),
    onSuccess: () =>
      Promise.all([
        queryClient.invalidateQueries({ queryKey: ['posts', 'feed'] }),
        // a show for followers opens, or closes
        queryClient.invalidateQueries({ queryKey: ['stream'] }),
      ]),
  });
  if (!person || person.blocked || me?.id === person.id) return null;
  const followed = person.followed === true;
  return (
    <Button
      variant={followed ? 'secondary' : 'primary'}
      icon={followed ? <UserRoundCheck /> : <UserRoundPlus />}
      aria-pressed={followed}
      busy={leaving !== undefined}
      onClick={() => (signedIn ? follow.mutate(!followed) : signIn())}
    >
      {followed ? t('following') : t('follow')}
    </Button>
  );
};
