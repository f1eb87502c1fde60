import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { useApp, useSignedIn } from '../context/app-context.ts';
import { Card } from '../ui/page.tsx';
import { PostForm } from './post-form.tsx';

/** Where a new post is written. */
export const Composer = () => {
  const t = useTranslations('feed');
  const { api, queries } = useApp();
  const queryClient = useQueryClient();
  const { data: me } = useQuery({ ...queries.me(), enabled: useSignedIn() });
  const [written, setWritten] = useState(0);
  const create = useMutation({
    mutationFn: api.createPost,
    onSuccess: async () => {
      setWritten(written + 1);
      await queryClient.invalidateQueries({ queryKey: ['posts'] });
    },
  });
  return (
    <Card>
      <PostForm
        key={written}
        label={t('newPost')}
        draft={{ text: '', mediaUrl: '', mediaAlt: '' }}
        submit={t('post')}
        busy={create.isPending}
        files={me?.creator ? 'media' : 'pictures'}
        onSubmit={({ text, mediaUrl, mediaAlt, uploadId }) =>
          create.mutate({
            text,
            ...(uploadId !== undefined && { uploadId }),
            ...(mediaUrl && { mediaUrl }),
            ...(mediaAlt && { mediaAlt }),
          })
        }
      />
    </Card>
  );
};
