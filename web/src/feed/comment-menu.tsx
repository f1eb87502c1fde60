import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Ban, Ellipsis, Flag, Trash2 } from 'lucide-react';
import * as DropdownMenu from 'radix-ui/dropdown-menu';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import type { CommentView, PostView } from '#contract/http';
import { useApp, useSignedIn } from '../context/app-context.ts';
import { useReport } from '../context/use-report.tsx';
import { BlockDialog } from '../people/block-dialog.tsx';
import '../ui/button.css';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import '../ui/menu.css';
import { patchPost } from './post-cache.ts';

/** What the signed-in may do about a comment: take it down where that is theirs to do, report it, and block who wrote it. */
export const CommentMenu = ({ post, comment }: { post: PostView; comment: CommentView }) => {
  const t = useTranslations('feed');
  const { api, queries } = useApp();
  const queryClient = useQueryClient();
  const { data: me } = useQuery({ ...queries.me(), enabled: useSignedIn() });
  const [asking, setAsking] = useState<'delete' | 'block'>();
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
  const isMine = me.id === comment.author.id;
  const mayRemove = isMine || me.id === post.author.id || me.roles.includes('moderator');
  return (
    <>
      <DropdownMenu.Root modal={false}>
        <DropdownMenu.Trigger
          className="icon-button icon-button--s"
          aria-label={isMine ? t('moreAboutYourComment') : t('moreAboutTheComment', { name: comment.author.name })}
        >
          <Ellipsis aria-hidden="true" />
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content className="menu" align="end" sideOffset={4}>
            {mayRemove && (
              <DropdownMenu.Item className="menu__item menu__item--danger" onSelect={() => setAsking('delete')}>
                <Trash2 aria-hidden="true" />
                {t('delete')}
              </DropdownMenu.Item>
            )}
            {!isMine && (
              <>
                <DropdownMenu.Item className="menu__item" onSelect={report}>
                  <Flag aria-hidden="true" />
                  {t('report')}
                </DropdownMenu.Item>
                <DropdownMenu.Item className="menu__item menu__item--danger" onSelect={() => setAsking('block')}>
                  <Ban aria-hidden="true" />
                  {t('block', { handle: comment.author.handle })}
                </DropdownMenu.Item>
              </>
            )}
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
      <ConfirmDialog
        open={asking === 'delete'}
        onOpenChange={() => setAsking(undefined)}
        title={t('deleteThisComment')}
        text={t('thisCannotBeUndone')}
        confirm={t('delete')}
        busy={remove.isPending}
        onConfirm={() => remove.mutate()}
      />
      {dialog}
      <BlockDialog person={comment.author} open={asking === 'block'} onOpenChange={() => setAsking(undefined)} />
    </>
  );
};
