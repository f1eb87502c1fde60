import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Ellipsis } from 'lucide-react';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import type { CommentView, PostView } from '#contract/http';
import { useApp, useSignedIn } from '../context/app-context.ts';
import { useReport } from '../context/use-report.tsx';
import { Late } from '../ui/late.tsx';
import { menuButton } from '../ui/menu-button.tsx';
import { part } from '../ui/part.ts';
import { patchPost } from './post-cache.ts';

const loadConfirm = () => import('../ui/confirm-dialog.tsx');
const loadBlock = () => import('../people/block-dialog.tsx');
const MoreButton = menuButton(part(async () => (await import('./comment-entries.tsx')).CommentEntries));

/** What the signed-in may do about a comment: take it down where that is theirs to do, report it, and block who wrote it. */
export const CommentMenu = ({ post, comment }: { post: PostView; comment: CommentView }) => {
  const t = useTranslations('feed');
  const { api, queries } = useApp();
  const queryClient = useQueryClient();
  const { data: me } = useQuery({ ...queries.me(), enabled: useSignedIn() });
  const [asking, setAsking] = useState<'delete' | 'block'>();
  const close = () => setAsking(undefined);
  const { report, dialog } = useReport({ kind: 'comment', postId: post.id, commentId: comment.id });
  const remove = useMutation({
    mutationFn: () => api.deleteComment(post.id, comment.id),
    onSuccess: async () => {
      setAsking(undefined);
      patchPost(queryClient, post.id, { comments: Math.max(0, post.comments - 1) });
      await queryClient.invalidateQueries({ queryKey: ['comments', post.id] });
    },
  });
  if (!me) return null;
  const { author } = comment;
  const isMine = me.id === author.id;
  const mayRemove = isMine || me.id === post.author.id || me.roles.includes('moderator');
  return (
    <>
      <MoreButton
        className="icon-button icon-button--s"
        aria-label={isMine ? t('moreAboutYourComment') : t('moreAboutTheComment', { name: author.name })}
        given={{
          onDelete: mayRemove ? () => setAsking('delete') : undefined,
          onReport: isMine ? undefined : report,
          writer: isMine ? undefined : { handle: author.handle, onBlock: () => setAsking('block') },
        }}
      >
        <Ellipsis aria-hidden="true" />
      </MoreButton>
      {dialog}
      {asking === 'delete' && (
        <Late load={loadConfirm} onMissing={close}>
          {({ ConfirmDialog }) => (
            <ConfirmDialog
              open
              onOpenChange={close}
              title={t('deleteThisComment')}
              text={t('thisCannotBeUndone')}
              confirm={t('delete')}
              busy={remove.isPending}
              onConfirm={() => remove.mutate()}
            />
          )}
        </Late>
      )}
      {asking === 'block' && (
        <Late load={loadBlock} onMissing={close}>
          {({ BlockDialog }) => <BlockDialog person={author} open onOpenChange={close} />}
        </Late>
      )}
    </>
  );
};
