import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Cable, CalendarClock, Eye, Pencil, Radio, Share2, X } from 'lucide-react';
import { useState } from 'react';
import { toast } from '../ui/toast.ts';
import { useTranslations } from 'use-intl';
import type { StreamView } from '#contract/http';
import { useApp } from '../context/app-context.ts';
import { Badge } from '../ui/badge.tsx';
import { Button, buttonClass } from '../ui/button.tsx';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { LoadFailed } from '../ui/load-failed.tsx';
import { Card, Section } from '../ui/page.tsx';
import { useShareLink } from '../ui/share.ts';
import { Appointment, Countdown } from '../ui/time.tsx';
import { EditShowDialog } from './edit-show-dialog.tsx';
import './upcoming-shows.css';

type Props = { handle: string; onGoLive?: (stream: StreamView) => void };

/** What a creator has announced, with all that can be done about it. Without `onGoLive` another show is running. */
export const UpcomingShows = ({ handle, onGoLive }: Props) => {
  const t = useTranslations('studio');
  const { queries } = useApp();
  const { data: streams, error, refetch } = useQuery(queries.announced(handle));
  if (!streams && error)
    return <LoadFailed title={t('yourUpcomingShowsCouldNot')} error={error} onRetry={() => void refetch()} />;
  if (!streams?.length) return null;
  return (
    <Section id="upcoming-shows" title={t('upcoming')}>
      <ul className="upcoming">
        {streams.map((stream) => (
          <li key={stream.id}>
            <Announced stream={stream} {...(onGoLive && { onGoLive })} />
          </li>
        ))}
      </ul>
    </Section>
  );
};

const Announced = ({ stream, onGoLive }: { stream: StreamView; onGoLive?: (stream: StreamView) => void }) => {
  const t = useTranslations('studio');
  const shareLink = useShareLink();
  const { api } = useApp();
  const queryClient = useQueryClient();
  const [doing, setDoing] = useState<'editing' | 'cancelling'>();
  const cancel = useMutation({
    mutationFn: () => api.endStream(stream.id),
    onSuccess: async () => {
      setDoing(undefined);
      toast.success(t('theShowIsCancelled'));
      await Promise.all(['streams', 'stream'].map((first) => queryClient.invalidateQueries({ queryKey: [first] })));
    },
  });
  const wait = useMutation({
    mutationFn: () => api.waitForEncoder(stream.id),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['streams'] }),
  });
  const { scheduledFor = stream.createdAt } = stream;
  const url = new URL(`/watch/${stream.id}`, location.origin).href;
  return (
    <Card className="announced">
      <div className="announced__words">
        <h3 className="announced__title" dir="auto" lang={stream.language}>
          {stream.title}
        </h3>
        <p className="announced__when muted">
          <CalendarClock aria-hidden="true" size="1em" />
          <Appointment at={scheduledFor} />
          <Countdown to={scheduledFor} over={t('itsTimeHasCome')} />
          {stream.visibility === 'followers' && <Badge>{t('followersOnly')}</Badge>}
        </p>
      </div>
      <div className="studio__actions">
        {onGoLive && (
          <>
            <Button variant="live" icon={<Radio />} onClick={() => onGoLive(stream)}>
              {t('goLiveOnIt')}
            </Button>
            <Button icon={<Cable />} busy={wait.isPending} onClick={() => wait.mutate()}>
              {t('useAnEncoder')}
            </Button>
          </>
        )}
        <Button icon={<Pencil />} onClick={() => setDoing('editing')}>
          {t('edit')}
        </Button>
        <Button icon={<Share2 />} onClick={() => shareLink({ url, title: stream.title })}>
          {t('share')}
        </Button>
        <Link to="/watch/$streamId" params={{ streamId: stream.id }} className={buttonClass()}>
          <Eye aria-hidden="true" />
          {t('watchPage')}
        </Link>
        <Button variant="ghost" icon={<X />} onClick={() => setDoing('cancelling')}>
          {t('cancelShow')}
        </Button>
      </div>
      {doing === 'editing' && <EditShowDialog stream={stream} onClose={() => setDoing(undefined)} />}
      <ConfirmDialog
        open={doing === 'cancelling'}
        onOpenChange={() => setDoing(undefined)}
        title={t('cancelThisShow')}
        text={t('itDisappearsFromYourPage')}
        confirm={t('cancelTheShow')}
        cancel={t('keepIt')}
        busy={cancel.isPending}
        onConfirm={() => cancel.mutate()}
      />
    </Card>
  );
};
