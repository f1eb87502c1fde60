import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { CirclePlay, MessagesSquare, Pencil, Scissors, Trash2 } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { toast } from '../ui/toast.ts';
import { useTranslations } from 'use-intl';
import type { StreamView } from '#contract/http';
import { isOnAir } from '#contract/show';
import { ApiError } from '../api/api-error.ts';
import { useApp, useSignedIn } from '../context/app-context.ts';
import { SignInGate } from '../context/sign-in-gate.tsx';
import { Badge } from '../ui/badge.tsx';
import { Button, buttonClass } from '../ui/button.tsx';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { LoadFailed } from '../ui/load-failed.tsx';
import { NothingHere } from '../ui/nothing-here.tsx';
import { Card, Page } from '../ui/page.tsx';
import { Poster } from '../ui/poster.tsx';
import { RichText } from '../ui/rich-text.tsx';
import { ShareButton } from '../ui/share-button.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { StreamBadge } from '../ui/stream-badge.tsx';
import { ViewerCurve } from '../ui/viewer-curve.tsx';
import { Moment, clockTime } from '../ui/time.tsx';
import { useFormats } from '../words/formats.ts';
import { EditShowDialog } from './edit-show-dialog.tsx';
import { KeptList } from '../broadcast/kept-list.tsx';
import { DownloadButton } from './download-button.tsx';
import { TrimDialog } from './trim-dialog.tsx';
import { averageOf, endText, lostText, recordingText, shownSeconds } from './show-words.ts';
import './show-page.css';

/** One show of one's own once it is over: how it went, and what can be done with its recording. */
export const ShowPage = () => {
  const t = useTranslations('studio');
  const { streamId } = useParams({ from: '/studio/$streamId' });
  const { queries } = useApp();
  const signedIn = useSignedIn();
  const { data: me } = useQuery({ ...queries.me(), enabled: signedIn });
  const { data: stream, error, refetch } = useQuery({ ...queries.ownShow(streamId), enabled: signedIn });
  const strange = stream && me && stream.creator.id !== me.id;
  const missing = error instanceof ApiError && (error.code === 'stream-not-found' || error.code === 'not-allowed');
  return (
    <Page title={stream && !strange ? stream.title : t('yourShow')}>
      {!signedIn && (
        <SignInGate title={t('yourShow')} heading="h1">
          {t('signInToSeeHow')}
        </SignInGate>
      )}
      {signedIn && (strange || missing) && <NothingHere />}
      {signedIn && stream && me && !strange && !missing && <Show stream={stream} />}
      {signedIn && !stream && error && !missing && (
        <LoadFailed title={t('yourShowCouldNotBe')} heading="h1" error={error} onRetry={() => void refetch()} />
      )}
      {signedIn && !error && !(stream && me) && <Skeleton height="16rem" />}
    </Page>
  );
};

const Show = ({ stream }: { stream: StreamView }) => {
  const t = useTranslations('studio');
  const [doing, setDoing] = useState<'editing' | 'deleting' | 'trimming'>();
  const { id, title, state, recording, durationSeconds } = stream;
  const canTrim = recording === 'ready' && stream.trimming !== 'preparing' && durationSeconds !== undefined;
  const hasRecording = state === 'ended' && (recording === 'ready' || recording === 'preparing');
  return (
    <div className="show-page">
      <header className="show-page__head">
        <div className="show-page__picture">
          <Poster stream={stream} />
        </div>
        <div className="show-page__words">
          <p className="show-page__badges">
            <StreamBadge stream={stream} />
            {stream.test && <Badge tone="warn">{t('test')}</Badge>}
            {stream.visibility === 'followers' && <Badge>{t('followersOnly')}</Badge>}
          </p>
          <h1 dir="auto" lang={stream.language}>
            {title}
          </h1>
          {stream.description && <RichText text={stream.description} lang={stream.language} />}
          <div className="show-page__actions">
            {recording === 'ready' && (
              <Link to="/watch/$streamId" params={{ streamId: id }} className={buttonClass({ variant: 'primary' })}>
                <CirclePlay aria-hidden="true" />
                {t('watchTheRecording')}
              </Link>
            )}
            {isOnAir({ state }) && (
              <Link to="/studio" className={buttonClass({ variant: 'primary' })}>
                {t('toTheStudio')}
              </Link>
            )}
            <ShareButton stream={stream} />
            <Button icon={<Pencil />} onClick={() => setDoing('editing')}>
              {t('edit')}
            </Button>
            {recording === 'ready' && <DownloadButton streamId={id} />}
            {canTrim && (
              <Button icon={<Scissors />} onClick={() => setDoing('trimming')}>
                {t('trim')}
              </Button>
            )}
            {stream.startedAt !== undefined && state === 'ended' && (
              <Link to="/watch/$streamId" params={{ streamId: id }} className={buttonClass()}>
                <MessagesSquare aria-hidden="true" />
                {t('readTheChat')}
              </Link>
            )}
            {hasRecording && (
              <Button variant="ghost" icon={<Trash2 />} onClick={() => setDoing('deleting')}>
                {t('deleteTheRecording')}
              </Button>
            )}
          </div>
        </div>
      </header>
      <Card>
        <h2 className="show-page__title">{t('howItWent')}</h2>
        <Facts stream={stream} />
      </Card>
      <KeptList streamId={id} />
      {state === 'ended' && stream.totalViewers !== undefined && <Watched stream={stream} />}
      {doing === 'editing' && <EditShowDialog stream={stream} onClose={() => setDoing(undefined)} />}
      {doing === 'trimming' && durationSeconds !== undefined && (
        <TrimDialog stream={stream} lengthSeconds={durationSeconds} onClose={() => setDoing(undefined)} />
      )}
      <DeleteRecording stream={stream} open={doing === 'deleting'} onClose={() => setDoing(undefined)} />
    </div>
  );
};

/** Who watched it. */
const Watched = ({ stream }: { stream: StreamView }) => {
  const { id, peakViewers = 0, totalViewers = 0, trimmed, durationSeconds = 0 } = stream;
  const kept = trimmed && { from: trimmed.startSeconds, to: trimmed.startSeconds + durationSeconds };
  const t = useTranslations('studio');
  const { queries } = useApp();
  const { compact } = useFormats();
  const { data: points } = useQuery(queries.curve(id));
  const average = points && averageOf(points);
  return (
    <Card>
      <h2 className="show-page__title">{t('whoWatchedIt')}</h2>
      <dl className="show-page__facts">
        <Fact name={t('viewers')}>{compact(totalViewers)}</Fact>
        <Fact name={t('mostAtOnce')}>{compact(peakViewers)}</Fact>
        {average !== undefined && <Fact name={t('onAverage')}>{compact(average)}</Fact>}
      </dl>
      {points && points.length > 1 && <ViewerCurve points={points} peak={peakViewers} kept={kept} />}
    </Card>
  );
};

const Facts = ({ stream }: { stream: StreamView }) => {
  const t = useTranslations('studio');
  const { startedAt, endedAt } = stream;
  const seconds = shownSeconds(stream);
  const lost = lostText(t, stream);
  return (
    <dl className="show-page__facts">
      {startedAt !== undefined && (
        <Fact name={t('began')}>
          <Moment at={startedAt} />
        </Fact>
      )}
      {endedAt !== undefined && (
        <Fact name={t('ended')}>
          <Moment at={endedAt} />
        </Fact>
      )}
      {seconds !== undefined && <Fact name={t('length')}>{clockTime(seconds)}</Fact>}
      {lost !== undefined && <Fact name={t('lost')}>{lost}</Fact>}
      <Fact name={t('howItEnded')}>{endText(t, stream)}</Fact>
      <Fact name={t('recording')}>{recordingText(t, stream)}</Fact>
    </dl>
  );
};

const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <div className="show-page__fact">
    <dt className="muted">{name}</dt>
    <dd>{children}</dd>
  </div>
);

const DeleteRecording = ({ stream, open, onClose }: { stream: StreamView; open: boolean; onClose: () => void }) => {
  const t = useTranslations('studio');
  const { api } = useApp();
  const queryClient = useQueryClient();
  const remove = useMutation({
    mutationFn: () => api.deleteRecording(stream.id),
    onSuccess: async () => {
      onClose();
      toast.success(t('theRecordingIsDeleted'));
      const about = ['streams', 'stream', 'posts', 'post', 'playback'];
      await Promise.all(about.map((first) => queryClient.invalidateQueries({ queryKey: [first] })));
    },
  });
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={onClose}
      title={t('deleteTheRecordingQuestion')}
      text={t('nobodyCanWatchTheShow')}
      confirm={t('deleteTheRecording')}
      cancel={t('keepIt')}
      busy={remove.isPending}
      onConfirm={() => remove.mutate()}
    />
  );
};
