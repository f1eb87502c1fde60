import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Ellipsis, Flag, Pencil, Trash2 } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { useState } from 'react';
import { toast } from 'sonner';
import { useTranslations } from 'use-intl';
import type { PostView } from '#contract/http';
import { useApp } from '../context/app-context.ts';
import { useReport } from '../context/use-report.tsx';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import '../ui/button.css';
import '../ui/menu.css';

type Props = {
  post: PostView;
  mine: boolean;
  mayDelete: boolean;
  onEdit?: () => void;
  onDeleted?: () => void;
};

/** What the signed-in may do about a post: its author and moderators take it down, all others report it. */
export const PostMenu = ({ post, mine, mayDelete, onEdit, onDeleted }: Props) => {
  const t = useTranslations('feed');
  const { api } = useApp();
  const queryClient = useQueryClient();
  const [confirming, setConfirming] = useState(false);
  const { report, dialog } = useReport({ kind: 'post', postId: post.id });
  const remove = useMutation({
    mutationFn: () => api.deletePost(post.id),
    onSuccess: () => {
      setConfirming(false);
      toast.success(t('postDeleted'));
      void queryClient.invalidateQueries({ queryKey: ['posts'] });
      if (post.takesRecording) void queryClient.invalidateQueries({ queryKey: ['streams'] });
      onDeleted?.();
    },
  });
  return (
    <>
      <DropdownMenu.Root modal={false}>
        <DropdownMenu.Trigger className="icon-button icon-button--s" aria-label={t('moreAboutThisPost')}>
          <Ellipsis aria-hidden="true" />
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content className="menu" align="end" sideOffset={4}>
            {onEdit && (
              <DropdownMenu.Item className="menu__item" onSelect={onEdit}>
                <Pencil aria-hidden="true" />
                {t('edit')}
              </DropdownMenu.Item>
            )}
            {!mine && (
              <DropdownMenu.Item className="menu__item menu__item--danger" onSelect={report}>
                <Flag aria-hidden="true" />
                {t('report')}
              </DropdownMenu.Item>
            )}
            {mayDelete && (
              <DropdownMenu.Item className="menu__item menu__item--danger" onSelect={() => setConfirming(true)}>
                <Trash2 aria-hidden="true" />
                {t('delete')}
              </DropdownMenu.Item>
            )}
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
      {dialog}
      <ConfirmDialog
        open={confirming}
        onOpenChange={setConfirming}
        title={t('deleteThisPost')}
        text={post.takesRecording ? t('theRecordingOfTheShow') : t('itsLikesAndCommentsGo')}
        confirm={t('delete')}
        busy={remove.isPending}
        onConfirm={() => remove.mutate()}
      />
    </>
  );
};
