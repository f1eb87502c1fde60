import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { toast } from '../ui/toast.ts';
import { useTranslations } from 'use-intl';
import type { SimulcastTargetView } from '#contract/http';
import { useApp } from '../context/app-context.ts';
import { Badge, type BadgeTone } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { IconButton } from '../ui/icon-button.tsx';
import { LoadFailed } from '../ui/load-failed.tsx';
import { Loading } from '../ui/loading.tsx';
import { Card, Section } from '../ui/page.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { SimulcastDialog } from './simulcast-dialog.tsx';
import './simulcast.css';

const TARGETS_MAX = 6;

const TONES = {
  idle: 'neutral',
  starting: 'warn',
  broadcasting: 'ok',
  errored: 'danger',
} as const satisfies Record<SimulcastTargetView['status'], BadgeTone>;

/** The other places that a creator's public shows are sent to. */
export const Simulcast = () => {
  const t = useTranslations('studio');
  const { queries } = useApp();
  const { data, error, refetch } = useQuery(queries.simulcast());
  const [adding, setAdding] = useState(false);
  const targets = data?.items ?? [];
  return (
    <Section
      id="simulcast"
      title={t('alsoStreamTo')}
      action={
        data &&
        targets.length < TARGETS_MAX && (
          <Button icon={<Plus />} onClick={() => setAdding(true)}>
            {t('addAPlace')}
          </Button>
        )
      }
    >
      <p className="muted">{t('yourPublicShowsCanRun', { most: TARGETS_MAX })}</p>
      {!data && error && <LoadFailed title={t('theListCouldNotBe')} error={error} onRetry={() => void refetch()} />}
      {!data && !error && (
        <Loading label={t('loadingWhereYourShowsAre')}>
          <Skeleton height="3rem" />
        </Loading>
      )}
      {targets.length > 0 && (
        <Card>
          <ul className="simulcast">
            {targets.map((target) => (
              <Target key={target.id} target={target} />
            ))}
          </ul>
        </Card>
      )}
      {adding && <SimulcastDialog onClose={() => setAdding(false)} />}
    </Section>
  );
};

const Target = ({ target }: { target: SimulcastTargetView }) => {
  const t = useTranslations('studio');
  const { api, queries } = useApp();
  const queryClient = useQueryClient();
  const [asking, setAsking] = useState(false);
  const remove = useMutation({
    mutationFn: () => api.removeSimulcast(target.id),
    onSuccess: async () => {
      setAsking(false);
      toast.success(t('showsAreNoLongerSent', { name: target.name }));
      await queryClient.invalidateQueries({ queryKey: queries.simulcast().queryKey });
    },
  });
  return (
    <li className="simulcast__target">
      <div className="simulcast__words">
        <strong>
          <bdi>{target.name}</bdi>
        </strong>
        <span className="muted simulcast__url">{target.url}</span>
      </div>
      <Badge tone={TONES[target.status]}>{t(`simulcastStatus.${target.status}`)}</Badge>
      <IconButton label={t('removeName', { name: target.name })} icon={<Trash2 />} onClick={() => setAsking(true)} />
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={t('removeNameQuestion', { name: target.name })}
        text={t('yourNextShowsAreNot')}
        confirm={t('remove')}
        busy={remove.isPending}
        onConfirm={() => remove.mutate()}
      />
    </li>
  );
};
