import { Camera, CameraOff, Mic, MicOff, MonitorUp, MonitorX, Settings2, Square, SwitchCamera } from 'lucide-react';
import * as Popover from 'radix-ui/popover';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useTranslations } from 'use-intl';
import { Late } from '../ui/late.tsx';
import { Badge } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { useBroadcast, useBroadcastHandle } from './broadcast-provider.tsx';
import { CameraFields } from './camera-fields.tsx';
import { DeviceSelect } from './device-select.tsx';
import { HealthReadout } from './health-readout.tsx';
import { KeptList } from './kept-list.tsx';
import { LevelMeter } from './level-meter.tsx';
import { SoundButton } from './mix/sound-button.tsx';
import { NoticeBox } from './notice-box.tsx';
import { Preview } from './preview.tsx';
import { accountText, clockText, statusOf, wholeSeconds } from './status.ts';
import './broadcast.css';

const loadScenes = () => import('./scenes/scenes-panel.tsx');
const loadGuests = () => import('./guests/guests-panel.tsx');

type Props = {
  /** Called when the person closes the word about a show that is over. */
  onDone?: () => void;
  /** Lies over the picture. */
  overPicture?: ReactNode;
};

/** The running show to its creator: what goes out, how it does, and all that can be done about it. */
export const LiveControls = ({ onDone, overPicture }: Props) => {
  const t = useTranslations('broadcast');
  const broadcast = useBroadcastHandle();
  const snapshot = useBroadcast();
  const { state, capture } = snapshot;
  // Before there is a stream, the dialog tells how it goes.
  if (!('streamId' in state) && state.at !== 'connecting' && state.at !== 'ending') return null;
  if (state.at === 'ended' || state.at === 'failed')
    return (
      <Outcome
        onClose={() => {
          broadcast.dismiss();
          onDone?.();
        }}
      />
    );
  return (
    <section className="live-controls" aria-label={t('yourShow')}>
      <div className="live-controls__picture">
        <Preview show={snapshot}>
          <div className="live-controls__status">
            <LiveStatus />
          </div>
          <div className="broadcast-preview__bar">
            <LevelMeter
              level={broadcast.level}
              peak={broadcast.peak}
              muted={capture.muted}
              hasMicrophone={capture.hasMicrophone}
            />
          </div>
          {overPicture}
        </Preview>
        <ReconnectingBanner />
        <StillNotice />
        {snapshot.roomGone && snapshot.keep && <NoticeBox tone="warn" title={t('kept.roomGone')} />}
        {capture.notice && <NoticeBox tone="warn" title={t(`notice.${capture.notice}`)} />}
        <Toolbar />
        <Late load={loadScenes}>{({ ScenesPanel }) => <ScenesPanel disabled={state.at === 'ending'} />}</Late>
        {(state.at === 'live' || state.at === 'reconnecting') && (
          <Late load={loadGuests}>{({ GuestsPanel }) => <GuestsPanel />}</Late>
        )}
      </div>
      <HealthReadout />
    </section>
  );
};

/** The state in a word, and for how long the show has been on the air. */
export const LiveStatus = () => {
  const t = useTranslations('broadcast');
  const snapshot = useBroadcast();
  const { text, tone } = statusOf(t, snapshot);
  const sinceMs = 'sinceMs' in snapshot.state ? snapshot.state.sinceMs : undefined;
  return (
    <>
      <output>
        <Badge tone={tone} dot={tone === 'live'}>
          {text}
        </Badge>
      </output>
      {sinceMs !== undefined && <Timer sinceMs={sinceMs} />}
    </>
  );
};

const Timer = ({ sinceMs }: { sinceMs: number }) => {
  const t = useTranslations('broadcast');
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return (
    <span className="live-controls__timer" role="timer" aria-label={t('onTheAirFor')}>
      {clockText(nowMs - sinceMs)}
    </span>
  );
};

/** That nothing could be recorded for a while, until the creator has read it. */
const StillNotice = () => {
  const t = useTranslations('broadcast');
  const { state } = useBroadcast();
  const [readMs, setReadMs] = useState<number>();
  const still = 'still' in state ? state.still : undefined;
  if (!still || still.untilMs === readMs) return null;
  return (
    <NoticeBox tone="warn" title={t('stoodStill', { length: clockText(still.lastMs) })}>
      <p>{t('nothingWasRecorded')}</p>
      <Button size="s" onClick={() => setReadMs(still.untilMs)}>
        {t('close')}
      </Button>
    </NoticeBox>
  );
};

/** The seconds change all the time, and are not read out each time. */
const ReconnectingBanner = () => {
  const t = useTranslations('broadcast');
  const { state, stats, skippedMs } = useBroadcast();
  const keptMs = stats?.backlogMs ?? 0;
  if (state.at === 'reconnecting')
    return (
      <NoticeBox tone="warn" title={t('theConnectionIsGoneWe')}>
        <p>
          {skippedMs === 0 && !state.still ? t('keepGoingNothingIsLost') : t('keepGoing')}{' '}
          <span aria-live="off">
            {t('keptHere', { seconds: wholeSeconds(keptMs) })}
            {skippedMs > 0 && ` ${t('lostBefore', { seconds: wholeSeconds(skippedMs) })}`}
          </span>
        </p>
      </NoticeBox>
    );
  if (state.at === 'ending' && keptMs > 1_500)
    return (
      <NoticeBox tone="warn" title={t('sendingWhatIsStillHere')}>
        <p aria-live="off">{t('secondsLeft', { seconds: wholeSeconds(keptMs) })}</p>
      </NoticeBox>
    );
  return null;
};

const Toolbar = () => {
  const t = useTranslations('broadcast');
  const broadcast = useBroadcastHandle();
  const { state, capture } = useBroadcast();
  const [asking, setAsking] = useState(false);
  const ending = state.at === 'ending';
  const { muted, cameraOn, screen, hasMicrophone, cameras } = capture;
  return (
    <fieldset className="live-controls__toolbar" aria-label={t('showControls')}>
      <div className="live-controls__main">
        <Button
          icon={muted ? <MicOff /> : <Mic />}
          data-active={muted}
          disabled={ending || !hasMicrophone}
          onClick={() => broadcast.capture.setMuted(!muted)}
        >
          {muted ? t('unmute') : t('mute')}
        </Button>
        <Button variant="danger" icon={<Square />} busy={ending} onClick={() => setAsking(true)}>
          {t('end')}
        </Button>
      </div>
      <Button
        icon={cameraOn ? <Camera /> : <CameraOff />}
        data-active={!cameraOn}
        disabled={ending || cameras.length === 0}
        onClick={() => void broadcast.capture.setCameraOn(!cameraOn)}
      >
        {cameraOn ? t('cameraOff') : t('cameraOn')}
      </Button>
      {cameras.length > 1 && (
        <Button
          className="live-controls__flip"
          icon={<SwitchCamera />}
          disabled={ending || !cameraOn}
          onClick={() => void broadcast.capture.flipCamera()}
        >
          {t('flipCamera')}
        </Button>
      )}
      <Button
        icon={screen ? <MonitorX /> : <MonitorUp />}
        data-active={screen !== undefined}
        disabled={ending}
        onClick={() => (screen ? broadcast.capture.unshare() : void broadcast.capture.share())}
      >
        {screen ? t('stopSharing') : t('shareScreen')}
      </Button>
      <Devices disabled={ending} />
      <SoundButton disabled={ending} />
      <ConfirmDialog
        open={asking && !ending}
        onOpenChange={setAsking}
        title={t('endTheShow')}
        text={t('viewersSeeTheEndAnd')}
        confirm={t('endTheShowNow')}
        onConfirm={() => {
          setAsking(false);
          broadcast.end();
        }}
      />
    </fieldset>
  );
};

const Devices = ({ disabled }: { disabled: boolean }) => {
  const t = useTranslations('broadcast');
  const broadcast = useBroadcastHandle();
  const { capture } = useBroadcast();
  return (
    <Popover.Root>
      <Popover.Trigger asChild>
        <Button icon={<Settings2 />} disabled={disabled}>
          {t('devices')}
        </Button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          className="live-controls__devices"
          sideOffset={8}
          collisionPadding={16}
          aria-label={t('devices')}
        >
          <CameraFields none={t('noCamera')} />
          <DeviceSelect
            label={t('microphone')}
            devices={capture.microphones}
            chosen={capture.microphoneId}
            none={t('noMicrophone')}
            onChoose={(id) => void broadcast.capture.chooseMicrophone(id)}
          />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
};

/** What became of the show, until the person has read it. */
const Outcome = ({ onClose }: { onClose: () => void }) => {
  const t = useTranslations('broadcast');
  const { state, stats, skippedMs } = useBroadcast();
  const close = useRef<HTMLButtonElement>(null);
  // The button that had the focus has gone with the show. Where somebody writes to their viewers, they go on.
  useEffect(() => {
    if (document.activeElement === document.body) close.current?.focus({ preventScroll: true });
  }, []);
  if (state.at === 'failed') {
    return (
      <section className="live-controls live-controls--over" aria-label={t('yourShow')}>
        <NoticeBox tone="danger" title={t(`failure.${state.because}`)}>
          <p>{t(`failureAdvice.${state.because}`)}</p>
          {state.lengthMs !== undefined && <p>{accountText(t, { account: state, whole: false, stats, skippedMs })}</p>}
        </NoticeBox>
        {state.streamId !== undefined && <KeptList streamId={state.streamId} />}
        {state.because === 'part-missing' && (
          <Button variant="primary" onClick={() => location.reload()}>
            {t('reload')}
          </Button>
        )}
        <Button ref={close} onClick={onClose}>
          {t('close')}
        </Button>
      </section>
    );
  }
  if (state.at !== 'ended') return null;
  return (
    <section className="live-controls live-controls--over" aria-label={t('yourShow')}>
      <output>
        <h2>{t('theShowHasEnded')}</h2>
        <p className="muted">
          {accountText(t, { account: state, whole: state.whole, stats, skippedMs })}
          {state.lengthMs !== undefined && ` ${t('theRecordingWillBeReady')}`}
        </p>
      </output>
      {state.streamId !== undefined && <KeptList streamId={state.streamId} />}
      <Button ref={close} onClick={onClose}>
        {t('close')}
      </Button>
    </section>
  );
};
