import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { toast } from 'sonner';
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

const STATUS = {
  idle: { tone: 'neutral', text: 'Ready' },
  starting: { tone: 'warn', text: 'Connecting' },
  broadcasting: { tone: 'ok', text: 'Receiving' },
  errored: { tone: 'danger', text: 'Refused the show' },
} as const satisfies Record<SimulcastTargetView['status'], { tone: BadgeTone; text: string }>;

/** The other places that a creator's public shows are sent to. */
export const Simulcast = () => {
  const { queries } = useApp();
  const { data, error, refetch } = useQuery(queries.simulcast());
  const [adding, setAdding] = useState(false);
  const targets = data?.items ?? [];
  return (
    <Section
      id="simulcast"
      title="Also stream to"
      action={
        data &&
        targets.length < TARGETS_MAX && (
          <Button icon={<Plus />} onClick={() => setAdding(true)}>
            Add a place
          </Button>
        )
      }
    >
      <p className="muted">
        Your public shows can run on other services at the same time, up to {TARGETS_MAX} of them. Shows for followers
        stay here.
      </p>
      {!data && error && (
        <LoadFailed title="The list could not be loaded" error={error} onRetry={() => void refetch()} />
      )}
      {!data && !error && (
        <Loading label="Loading where your shows are sent">
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
  const { api, queries } = useApp();
  const queryClient = useQueryClient();
  const [asking, setAsking] = useState(false);
  const remove = useMutation({
    mutationFn: () => api.removeSimulcast(target.id),
    onSuccess: async () => {
      setAsking(false);
      toast.success(`Shows are no longer sent to ${target.name}`);
      await queryClient.invalidateQueries({ queryKey: queries.simulcast().queryKey });
    },
  });
  const { tone, text } = STATUS[target.status];
  return (
    <li className="simulcast__target">
      <div className="simulcast__words">
        <strong>{target.name}</strong>
        <span className="muted simulcast__url">{target.url}</span>
      </div>
      <Badge tone={tone}>{text}</Badge>
      <IconButton label={`Remove ${target.name}`} icon={<Trash2 />} onClick={() => setAsking(true)} />
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={`Remove ${target.name}?`}
        text="Your next shows are not sent there. To add it again you need its stream key."
        confirm="Remove"
        busy={remove.isPending}
        onConfirm={() => remove.mutate()}
      />
    </li>
  );
};
