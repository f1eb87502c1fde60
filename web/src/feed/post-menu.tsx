import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Ellipsis } from 'lucide-react';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import type { PostView } from '#contract/http';
import { useApp } from '../context/app-context.ts';
import { useReport } from '../context/use-report.tsx';
import { Late } from '../ui/late.tsx';
import { menuButton } from '../ui/menu-button.tsx';
import { part } from '../ui/part.ts';
import { toast } from '../ui/toast.ts';

const loadConfirm = () => import('../ui/confirm-dialog.tsx');
const MoreButton = menuButton(part(async () => (await import('./post-entries.tsx')).PostEntries));

type Props = {
  post: PostView;
  mine: boolean;
  mayDelete: boolean;
  onEdit?: () => void;
  onDeleted?: () => void;
};

/** The way to what the signed-in may do about a post: its author and moderators take it down, all others report it. */
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
      <MoreButton
        className="icon-button icon-button--s"
        aria-label={t('moreAboutThisPost')}
        given={{
          onEdit,
          onReport: mine ? undefined : report,
          onDelete: mayDelete ? () => setConfirming(true) : undefined,
        }}
      >
        <Ellipsis aria-hidden="true" />
      </MoreButton>
      {dialog}
      {confirming && (
        <Late load={loadConfirm} onMissing={() => setConfirming(false)}>
          {({ ConfirmDialog }) => (
            <ConfirmDialog
              open
              onOpenChange={setConfirming}
              title={t('deleteThisPost')}
              text={post.takesRecording ? t('theRecordingOfTheShow') : t('itsLikesAndCommentsGo')}
              confirm={t('delete')}
              busy={remove.isPending}
              onConfirm={() => remove.mutate()}
            />
          )}
        </Late>
      )}
    </>
  );
};
