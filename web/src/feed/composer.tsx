import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useApp } from '../app-context.ts';
import { Card } from '../ui/page.tsx';
import { PostForm } from './post-form.tsx';

/** Where a new post is written. */
export const Composer = () => {
  const { api } = useApp();
  const queryClient = useQueryClient();
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
        label="New post"
        draft={{ text: '', mediaUrl: '' }}
        submit="Post"
        busy={create.isPending}
        onSubmit={({ text, mediaUrl }) => create.mutate({ text, ...(mediaUrl && { mediaUrl }) })}
      />
    </Card>
  );
};
