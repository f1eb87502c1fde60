import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslations } from 'use-intl';
import type { PostView, UpdatePost } from '#contract/http';
import { useApp } from '../context/app-context.ts';
import { Button } from '../ui/button.tsx';
import { patchPost } from './post-cache.ts';
import { PostForm } from './post-form.tsx';

/** A post being changed, in its place. */
export const PostEditor = ({ post, onDone }: { post: PostView; onDone: () => void }) => {
  const t = useTranslations('feed');
  const { api } = useApp();
  const queryClient = useQueryClient();
  const update = useMutation({
    mutationFn: (change: UpdatePost) => api.updatePost(post.id, change),
    onSuccess: ({ text, mediaUrl, mediaAlt, mediaType, mediaSize, mediaThumbnailUrl, editedAt }) => {
      patchPost(queryClient, post.id, {
        text,
        mediaUrl,
        mediaAlt,
        mediaType,
        mediaSize,
        mediaThumbnailUrl,
        editedAt,
      });
      onDone();
    },
  });
  return (
    <PostForm
      label={t('editPost')}
      draft={{
        text: post.text,
        mediaUrl: post.mediaUrl ?? '',
        mediaAlt: post.mediaAlt ?? '',
        mediaType: post.mediaType,
      }}
      submit={t('save')}
      busy={update.isPending}
      files={post.mediaType ? 'kept' : 'none'}
      cancel={
        <Button variant="ghost" size="s" onClick={onDone}>
          {t('cancel')}
        </Button>
      }
      onSubmit={({ text, mediaUrl, mediaAlt }) =>
        update.mutate({ text, mediaUrl: mediaUrl || null, mediaAlt: mediaAlt || null })
      }
    />
  );
};
