import { useMutation } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import { useState } from 'react';
import { toast } from '../ui/toast.ts';
import { useTranslations } from 'use-intl';
import { useApp } from '../context/app-context.ts';
import { useInterval } from '../ui/use-interval.ts';
import { Button } from '../ui/button.tsx';

/** A file is made in about a tenth of the show's length. */
const ASK_EVERY_MS = 3_000;

/** Keeps a recording as a file: it is made when that is first asked for, and comes by itself when it is there. */
export const DownloadButton = ({ streamId }: { streamId: string }) => {
  const t = useTranslations('studio');
  const { api } = useApp();
  const [making, setMaking] = useState(false);
  const ask = useMutation({
    mutationFn: () => api.recordingFile(streamId),
    onSuccess: (file) => {
      if (file.is === 'preparing') {
        if (!making) toast.message(t('yourFileIsBeingMade'));
        setMaking(true);
        return;
      }
      setMaking(false);
      location.assign(file.url);
    },
    onError: () => setMaking(false),
  });
  useInterval(() => ask.mutate(), making && !ask.isPending ? ASK_EVERY_MS : undefined);
  return (
    <Button icon={<Download />} busy={making || ask.isPending} onClick={() => ask.mutate()}>
      {making ? t('makingTheFile') : t('download')}
    </Button>
  );
};
