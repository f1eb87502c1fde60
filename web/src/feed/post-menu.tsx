import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Ellipsis, Pencil, Trash2 } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { useState } from 'react';
import { toast } from 'sonner';
import { useTranslations } from 'use-intl';
import type { PostView } from '#contract/http';
import { useApp } from '../context/app-context.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import '../ui/button.css';
import '../ui/menu.css';

type Props = { post: PostView; onEdit?: () => void; onDeleted?: () => void };

/** What an author, or a moderator, may do to a post. */
export const PostMenu = ({ post, onEdit, onDeleted }: Props) => {
  const t = useTranslations('feed');
  const { api } = useApp();
  const queryClient = useQueryClient();
  const [confirming, setConfirming] = useState(false);
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
            <DropdownMenu.Item className="menu__item menu__item--danger" onSelect={() => setConfirming(true)}>
              <Trash2 aria-hidden="true" />
              {t('delete')}
            </DropdownMenu.Item>
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
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
