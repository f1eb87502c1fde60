import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { KeyRound } from 'lucide-react';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import type { Visibility } from '#contract/show';
import { useApp } from '../context/app-context.ts';
import { Button } from '../ui/button.tsx';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { Copied } from '../ui/copied.tsx';
import { LoadFailed } from '../ui/load-failed.tsx';
import { Card } from '../ui/page.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { Moment } from '../ui/time.tsx';
import './encoder.css';

/** What has to go into an encoder. Its key is shown when it is made, and never again: then another is made. */
export const EncoderAccess = ({ visibility }: { visibility: Visibility }) => {
  const t = useTranslations('studio');
  const { api, queries } = useApp();
  const queryClient = useQueryClient();
  const { data, error, refetch } = useQuery(queries.encoder());
  const [asking, setAsking] = useState(false);
  const make = useMutation({
    mutationFn: () => api.newEncoderKey(visibility),
    onSuccess: async () => {
      setAsking(false);
      await queryClient.invalidateQueries({ queryKey: queries.encoder().queryKey });
    },
    // it is nobody's any more once this page is left
    gcTime: 0,
  });
  if (!data && error) return <LoadFailed title={t('theListCouldNotBe')} error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton height="8rem" />;
  const known = data.keys.find((key) => key.visibility === visibility);
  const when = known && <Moment at={known.madeAt} />;
  return (
    <Card>
      <div className="encoder">
        <h3>{t('putThisIntoYourEncoder')}</h3>
        <Copied label={t('serverAddress')} text={data.rtmpsUrl} />
        {make.data ? (
          <>
            <Copied label={t('streamKey')} hint={t('theKeyIsShownOnce')} text={make.data.streamKey} />
            {make.data.srtUrl !== undefined && (
              <Copied label={t('addressForSrt')} hint={t('srtHasTheKeyInIt')} text={make.data.srtUrl} />
            )}
          </>
        ) : (
          <div className="encoder__key">
            <p className="muted">{known ? t.rich('yourKeyIsFrom', { when: () => when }) : t('thereIsNoKeyYet')}</p>
            <Button icon={<KeyRound />} busy={make.isPending} onClick={() => (known ? setAsking(true) : make.mutate())}>
              {known ? t('makeANewKey') : t('showTheKey')}
            </Button>
          </div>
        )}
        {visibility === 'followers' && <p className="muted">{t('showsForFollowersHaveAKey')}</p>}
      </div>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={t('makeANewKeyQuestion')}
        text={t('theOldKeyStopsAtOnce')}
        confirm={t('makeANewKey')}
        busy={make.isPending}
        onConfirm={() => make.mutate()}
      />
    </Card>
  );
};
