import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Cable, CalendarPlus, ChartNoAxesColumn, Radio } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import { useTranslations } from 'use-intl';
import type { StreamView } from '#contract/http';
import { isLiveToViewers, isOnAir } from '#contract/show';
import { AudiencePanel } from '../audience/audience-panel.tsx';
import { ChatOverlay } from '../audience/chat-overlay.tsx';
import { useApp } from '../context/app-context.ts';
import { useBroadcast, useBroadcastHandle, useRunningStream } from '../broadcast/broadcast-provider.tsx';
import { KeptList } from '../broadcast/kept-list.tsx';
import { LeftoversNotice } from '../broadcast/leftovers-notice.tsx';
import { LiveControls } from '../broadcast/live-controls.tsx';
import { Button, buttonClass } from '../ui/button.tsx';
import { Card } from '../ui/page.tsx';
import { EncoderPanel } from './encoder-panel.tsx';
import { EncoderDialog } from './encoder-dialog.tsx';
import { MyStreams } from './my-streams.tsx';
import { OnAirElsewhere } from './on-air-elsewhere.tsx';
import { ScheduleDialog } from './schedule-dialog.tsx';
import { ShowPanel } from './show-panel.tsx';
import { ShowSummary } from './show-summary.tsx';
import { Simulcast } from './simulcast.tsx';
import { StartDialog, type Starting } from './start-dialog.tsx';
import './studio.css';
import { UpcomingShows } from './upcoming-shows.tsx';

/** A creator's own page: going live, the show while it runs, and what was before. */
export const Studio = () => {
  const t = useTranslations('studio');
  const { queries } = useApp();
  const queryClient = useQueryClient();
  const broadcast = useBroadcastHandle();
  const { state } = useBroadcast();
  const running = useRunningStream();
  const [endedHere, setEndedHere] = useState<string>();
  const elsewhere = useOnAirElsewhere([running, endedHere]);
  const fromEncoder = useFromEncoder();
  const { data: me } = useQuery(queries.me());
  // Cards in the show bear the creator's name and picture.
  useEffect(() => {
    if (me) void broadcast.scenes.setPerson(me);
  }, [broadcast, me]);
  const [starting, setStarting] = useState<Starting>();
  /** How many shows this page has begun: the next one is said anew. */
  const [begun, setBegun] = useState(0);
  const [planning, setPlanning] = useState<'schedule' | 'encoder'>();

  // Each step of a show changes what the lists say of it.
  useEffect(() => {
    let { at } = broadcast.getSnapshot().state;
    return broadcast.subscribe(() => {
      const before = at;
      const { state: now } = broadcast.getSnapshot();
      ({ at } = now);
      if (at === before) return;
      if (now.at === 'ended' && now.streamId !== undefined) setEndedHere(now.streamId);
      void queryClient.invalidateQueries({ queryKey: ['streams'] });
      void queryClient.invalidateQueries({ queryKey: ['me'] });
    });
  }, [queryClient, broadcast]);

  const close = useCallback((open: boolean) => {
    if (!open) setStarting(undefined);
  }, []);
  const live = useCallback(() => {
    setStarting(undefined);
    setBegun((before) => before + 1);
  }, []);
  const goLiveOn = (stream: StreamView) => setStarting({ with: 'existing', stream, goOn: false });
  const goOnWith = (stream: StreamView) => setStarting({ with: 'existing', stream, goOn: true });
  const hasShow = !starting && state.at !== 'idle' && state.at !== 'asking' && state.at !== 'ready';
  const isFree = !hasShow && !elsewhere && !fromEncoder;
  return (
    <div className="studio">
      <LeftoversNotice />
      <h1 className={hasShow ? 'visually-hidden' : undefined}>{t('studio')}</h1>
      {hasShow && (
        <>
          <div className="studio__show">
            <LiveControls overPicture={running !== undefined && <ChatOverlay streamId={running} />} />
            {running !== undefined && (
              <>
                <AudiencePanel streamId={running} studio />
                <ShowPanel streamId={running} />
              </>
            )}
          </div>
          {state.at === 'ended' && endedHere !== undefined && (
            <Link to="/studio/$streamId" params={{ streamId: endedHere }} className={buttonClass()}>
              <ChartNoAxesColumn aria-hidden="true" />
              {t('seeHowItWent')}
            </Link>
          )}
        </>
      )}
      {state.at === 'ended' && endedHere !== undefined && <ShowSummary streamId={endedHere} />}
      {!hasShow && elsewhere && (
        <>
          <OnAirElsewhere stream={elsewhere} onGoOn={() => goOnWith(elsewhere)} />
          <AudiencePanel streamId={elsewhere.id} studio />
        </>
      )}
      {!hasShow && fromEncoder && <EncoderPanel key={fromEncoder.id} stream={fromEncoder} />}
      {isFree && <ReadyCard onStart={() => setStarting({ with: 'new' })} onPlan={setPlanning} />}
      <StartDialog
        key={starting?.with === 'existing' ? starting.stream.id : `new ${begun}`}
        starting={starting}
        onOpenChange={close}
        onLive={live}
      />
      {planning === 'schedule' && <ScheduleDialog onClose={() => setPlanning(undefined)} />}
      {planning === 'encoder' && <EncoderDialog onClose={() => setPlanning(undefined)} />}
      {me && <UpcomingShows handle={me.handle} {...(isFree && { onGoLive: goLiveOn })} />}
      {!hasShow && <KeptList />}
      <MyStreams />
      <Simulcast />
    </div>
  );
};

type ReadyProps = { onStart: () => void; onPlan: (what: 'schedule' | 'encoder') => void };

const ReadyCard = ({ onStart, onPlan }: ReadyProps) => {
  const t = useTranslations('studio');
  return (
    <Card className="studio__ready">
      <div>
        <h2>{t('readyWhenYouAre')}</h2>
        <p className="muted">{t('checkYourCameraAndMicrophone')}</p>
      </div>
      <div className="studio__actions">
        <Button variant="live" size="l" icon={<Radio />} onClick={onStart}>
          {t('goLive')}
        </Button>
        <Button size="l" icon={<CalendarPlus />} onClick={() => onPlan('schedule')}>
          {t('schedule')}
        </Button>
        <Button size="l" icon={<Cable />} onClick={() => onPlan('encoder')}>
          {t('useAnEncoder')}
        </Button>
      </div>
    </Card>
  );
};

const useMine = (wanted: (stream: StreamView) => boolean) => {
  const { queries } = useApp();
  const { data } = useInfiniteQuery(queries.myStreams());
  return data?.pages.flatMap(({ items }) => items).find(wanted);
};

/** A show of mine that is on the air and not sent from this tab, nor was: the last seconds of that are still on their way. */
const useOnAirElsewhere = (fromHere: readonly (string | undefined)[]) =>
  useMine(
    (stream) =>
      isLiveToViewers(stream) && stream.source !== 'encoder' && !stream.ending && !fromHere.includes(stream.id),
  );

/** A show of mine that an encoder feeds, or that waits for one. */
const useFromEncoder = () => useMine((stream) => stream.source === 'encoder' && isOnAir(stream));
