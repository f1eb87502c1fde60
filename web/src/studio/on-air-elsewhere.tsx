import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslations } from 'use-intl';
import type { StreamHealth, StreamView } from '#contract/http';
import { useApp } from '../context/app-context.ts';
import { useLive } from '../context/use-live.ts';
import { Badge } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { Card } from '../ui/page.tsx';
import { StreamBadge } from '../ui/stream-badge.tsx';
import { Viewers } from '../ui/viewers.tsx';

const LEVELS = { good: 'ok', fair: 'warn', poor: 'danger' } as const;

/** How a show does that another device sends, as the service measures it. */
const Health = ({ health }: { health: StreamHealth | undefined }) => {
  const t = useTranslations('broadcast');
  if (health === undefined || health.level === 'unknown') return null;
  return (
    <p>
      {t('streamHealth')} <Badge tone={LEVELS[health.level]}>{t(`quality.${health.level}`)}</Badge>
    </p>
  );
};

/** A show of mine that is not sent from this tab: another device has it, or this page was reloaded in the middle of it. */
export const OnAirElsewhere = ({ stream, onGoOn }: { stream: StreamView; onGoOn: () => void }) => {
  const t = useTranslations('studio');
  const { api } = useApp();
  const queryClient = useQueryClient();
  const now = useLive(stream.id, { mine: true });
  const [confirming, setConfirming] = useState(false);
  const end = useMutation({
    mutationFn: () => api.endStream(stream.id),
    onSuccess: async () => {
      setConfirming(false);
      await queryClient.invalidateQueries({ queryKey: ['streams'] });
    },
  });

  const isOver = now?.state === 'ended';
  useEffect(() => {
    if (isOver) void queryClient.invalidateQueries({ queryKey: ['streams'] });
  }, [isOver, queryClient]);

  const state = now?.state ?? stream.state;
  return (
    <Card className="studio__elsewhere">
      <div>
        <p>
          <StreamBadge stream={{ ...stream, state }} /> <Viewers viewers={now?.viewers ?? stream.viewers} />
        </p>
        <h2 dir="auto" lang={stream.language}>
          {stream.title}
        </h2>
        <p className="muted">{state === 'reconnecting' ? t('thisShowLostItsConnection') : t('thisShowIsSentFrom')}</p>
        {state === 'live' && <Health health={now?.health} />}
      </div>
      <div className="studio__actions">
        <Button onClick={() => setConfirming(true)}>{t('endTheShow')}</Button>
        <Button variant="primary" onClick={onGoOn}>
          {t('goOnHere')}
        </Button>
      </div>
      <ConfirmDialog
        open={confirming}
        onOpenChange={setConfirming}
        title={t('endTheShowQuestion')}
        text={t('itGoesOffTheAir')}
        confirm={t('endTheShow')}
        busy={end.isPending}
        onConfirm={() => end.mutate()}
      />
    </Card>
  );
};
