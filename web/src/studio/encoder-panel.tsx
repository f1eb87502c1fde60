import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Eye, Pencil } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslations } from 'use-intl';
import type { StreamView } from '#contract/http';
import { isLiveToViewers } from '#contract/show';
import { AudiencePanel } from '../audience/audience-panel.tsx';
import { useApp } from '../context/app-context.ts';
import { useLive } from '../context/use-live.ts';
import { Button, buttonClass } from '../ui/button.tsx';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { Card } from '../ui/page.tsx';
import { ShareButton } from '../ui/share-button.tsx';
import { StreamBadge } from '../ui/stream-badge.tsx';
import { Viewers } from '../ui/viewers.tsx';
import { EditShowDialog } from './edit-show-dialog.tsx';
import { EncoderAccess } from './encoder-access.tsx';
import type { Translate } from '../words/translate.ts';

/** A show of mine that my own encoder feeds, or that waits for it: what this page can do for it. */
export const EncoderPanel = ({ stream: listed }: { stream: StreamView }) => {
  const t = useTranslations('studio');
  const { api, queries } = useApp();
  const queryClient = useQueryClient();
  const { data: stream = listed } = useQuery(queries.ownShow(listed.id));
  const now = useLive(listed.id, { mine: true });
  const [doing, setDoing] = useState<'editing' | 'ending'>();
  const end = useMutation({
    mutationFn: () => api.endStream(listed.id),
    onSuccess: async () => {
      setDoing(undefined);
      await queryClient.invalidateQueries({ queryKey: ['streams'] });
    },
  });
  const state = now?.state ?? stream.state;
  useEffect(() => {
    if (state === 'ended') void queryClient.invalidateQueries({ queryKey: ['streams'] });
  }, [state, queryClient]);
  const begun = isLiveToViewers({ state });
  return (
    <>
      <Card className="studio__elsewhere">
        <div>
          <p>
            <StreamBadge stream={{ ...stream, state }} />{' '}
            {begun && <Viewers viewers={now?.viewers ?? stream.viewers} />}
          </p>
          <h2 dir="auto" lang={stream.language}>
            {stream.title}
          </h2>
          <output className="muted">{encoderText(t, { ...stream, state })}</output>
        </div>
        <div className="studio__actions">
          <Button variant="danger" onClick={() => setDoing('ending')}>
            {t('endTheShow')}
          </Button>
          <Button icon={<Pencil />} onClick={() => setDoing('editing')}>
            {t('edit')}
          </Button>
          <Link to="/watch/$streamId" params={{ streamId: stream.id }} target="_blank" className={buttonClass()}>
            <Eye aria-hidden="true" />
            {t('watchPage')}
          </Link>
          <ShareButton stream={stream} />
        </div>
      </Card>
      <EncoderAccess visibility={stream.visibility} />
      <AudiencePanel streamId={stream.id} studio />
      {doing === 'editing' && <EditShowDialog stream={stream} onClose={() => setDoing(undefined)} />}
      <ConfirmDialog
        open={doing === 'ending'}
        onOpenChange={() => setDoing(undefined)}
        title={t('endTheShowQuestion')}
        text={begun ? t('itGoesOffTheAir') : t('itWaitsNoLonger')}
        confirm={t('endTheShow')}
        busy={end.isPending}
        onConfirm={() => end.mutate()}
      />
    </>
  );
};

/** How far the encoder is, in a sentence. */
const encoderText = (t: Translate<'studio'>, { state, encoderIn }: Pick<StreamView, 'state' | 'encoderIn'>): string => {
  if (state === 'live') return t('viewersSeeYou');
  if (state === 'reconnecting') return t('yourEncoderIsAway');
  if (state === 'ended') return t('viewersSeeTheEnd');
  return encoderIn ? t('yourEncoderIsConnected') : t('startStreamingInYourEncoder');
};
