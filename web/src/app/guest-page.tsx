import { useQuery } from '@tanstack/react-query';
import { Camera, CameraOff, LogOut, Mic, MicOff } from 'lucide-react';
import { useEffect, useState, useSyncExternalStore, type ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { TEXT_CHARACTERS } from '#contract/fields';
import { ApiError, type ApiErrorCode } from '../api/api-error.ts';
import { createGuestsApi } from '../api/guests-api.ts';
import { createSlot } from '../api/slot.ts';
import { DeviceSelect } from '../broadcast/device-select.tsx';
import type { GuestVisitPorts } from '../broadcast/guests/guest-session.ts';
import { createGuestVisit, type GuestVisit, type GuestVisitView } from '../broadcast/guests/guest-visit.ts';
import { createConnection } from '../broadcast/guests/peer.ts';
import { playVoice } from '../broadcast/guests/play-voice.ts';
import { useLevel } from '../broadcast/guests/use-level.ts';
import { keepAwake } from '../broadcast/keep-awake.ts';
import { Meter } from '../broadcast/mix/meter.tsx';
import { NoticeBox } from '../broadcast/notice-box.tsx';
import { TrackVideo } from '../broadcast/track-video.tsx';
import { useApp, useSignedIn, type AppParts } from '../context/app-context.ts';
import { openGuestLine } from '../realtime/guest-line.ts';
import { Badge } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Field, TextInput } from '../ui/field.tsx';
import { Page } from '../ui/page.tsx';
import { Spinner } from '../ui/spinner.tsx';
import { useErrorWords } from '../words/error-words.ts';
import '../broadcast/mix/mix.css';
import './guest-page.css';

const CODE = /^[\w-]{32}$/;

/** The place that this tab has, by the link that it came by: it outlives a page that is loaded anew, and nothing else. */
const keptPlace = (code: string): Parameters<typeof createGuestVisit>[0]['place'] => {
  const slot = createSlot(() => sessionStorage, 'vybzz.guest');
  return {
    read: () => {
      const [of, streamId, seat, ...name] = (slot.read() ?? '').split(' ');
      return of === code && streamId && seat ? { streamId, seat, name: name.join(' ') } : undefined;
    },
    write: (place) => slot.write(place && [code, place.streamId, place.seat, place.name].join(' ')),
  };
};

const storage = (): Storage | undefined => {
  try {
    return localStorage;
  } catch {
    // Forbidden by the person's settings.
    return undefined;
  }
};

/** Refusals that asking again does not change. */
const LASTING: ReadonlySet<ApiErrorCode> = new Set<ApiErrorCode>([
  'not-found',
  'blocked',
  'not-allowed',
  'suspended',
  'invalid-request',
  'not-signed-in',
]);

const createPorts = ({ http, updates, browser }: AppParts): GuestVisitPorts => {
  const { come } = createGuestsApi(http);
  return {
    come: (body) => come({ ...body, browser }),
    isLasting: (error) => error instanceof ApiError && LASTING.has(error.code),
    openLine: (ticket, listener) => openGuestLine({ ...updates, ticket }, listener),
    after: updates.after,
  };
};

const hearHash = (listener: () => void) => {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
};

/** Where what had the focus has gone, the focus goes to what came in its place, which is then read out. */
const takeFocus = (element: HTMLElement | null): void => {
  if (document.activeElement === document.body) element?.focus({ preventScroll: true });
};

/** Where a link for guests leads: preview, the question to be let in, and being on the air. */
export const GuestPage = () => {
  const t = useTranslations('guests.page');
  const code = useSyncExternalStore(hearHash, () => location.hash.slice(1));
  if (!CODE.test(code))
    return (
      <Page title={t('title')} width="column">
        <div className="guest-page">
          <h1>{t('noLink')}</h1>
          <p>{t('noLinkText')}</p>
        </div>
      </Page>
    );
  return <Visit key={code} code={code} />;
};

/** A visit by a link. A page that was loaded anew goes on where it was. */
const Visit = ({ code }: { code: string }) => {
  const t = useTranslations('guests.page');
  const app = useApp();
  const [visit] = useState(() =>
    createGuestVisit({
      ports: createPorts(app),
      code,
      media: navigator.mediaDevices,
      storage: storage(),
      place: keptPlace(code),
      connect: createConnection,
      play: playVoice,
      newPage: () => crypto.randomUUID(),
      keepAwake,
    }),
  );
  useEffect(() => visit.begin(), [visit]);
  const view = useSyncExternalStore(visit.subscribe, visit.view);
  const { state, show, asked } = view;
  if (state.at === 'over' || state.at === 'refused')
    return (
      <Page title={t('title')} width="column">
        <Over view={view} onAgain={visit.again} />
      </Page>
    );
  return (
    <Page title={t('title')} width="column">
      <div className="guest-page">
        <h1>
          {show
            ? t(state.at === 'on-air' ? 'headingThere' : 'heading', { name: show.creator.name })
            : t('headingUnknown')}
        </h1>
        {show && (
          <p className="muted">
            <bdi>{show.title}</bdi>
          </p>
        )}
        {asked ? <Standing view={view} /> : <p>{t('explain')}</p>}
        <Preview visit={visit} view={view} />
        {asked ? <Acts visit={visit} view={view} /> : <AskForm visit={visit} />}
      </div>
    </Page>
  );
};

const AskForm = ({ visit }: { visit: GuestVisit }) => {
  const t = useTranslations('guests.page');
  const { queries } = useApp();
  const isSignedIn = useSignedIn();
  const { data: me } = useQuery({ ...queries.me(), enabled: isSignedIn });
  const [name, setName] = useState('');
  const said = name.trim();
  return (
    <form
      className="guest-page"
      onSubmit={(event) => {
        event.preventDefault();
        if (isSignedIn || said !== '') visit.ask(isSignedIn ? undefined : said);
      }}
    >
      {isSignedIn ? (
        <p>{t('youAre', { name: me?.name ?? '…' })}</p>
      ) : (
        <Field label={t('yourName')} hint={t('nameHint')} required>
          {(control) => (
            <TextInput
              {...control}
              value={name}
              maxLength={TEXT_CHARACTERS.name}
              autoComplete="name"
              onChange={({ target }) => setName(target.value)}
            />
          )}
        </Field>
      )}
      <div>
        <Button type="submit" variant="primary" size="l" disabled={!isSignedIn && said === ''}>
          {t('ask')}
        </Button>
      </div>
    </form>
  );
};

const Acts = ({ visit, view: { devices } }: { visit: GuestVisit; view: GuestVisitView }) => {
  const t = useTranslations('guests.page');
  const { muted, cameraOn, tracks, cameras } = devices;
  return (
    <div className="guest-page__acts">
      <Button
        icon={muted ? <MicOff /> : <Mic />}
        data-active={muted}
        disabled={!tracks.audio}
        onClick={() => visit.devices.setMuted(!muted)}
      >
        {muted ? t('unmute') : t('mute')}
      </Button>
      <Button
        icon={cameraOn ? <Camera /> : <CameraOff />}
        data-active={!cameraOn}
        disabled={cameras.length === 0}
        onClick={() => void visit.devices.setCameraOn(!cameraOn)}
      >
        {cameraOn ? t('cameraOff') : t('cameraOn')}
      </Button>
      <Button variant="danger" icon={<LogOut />} onClick={visit.leave}>
        {t('leave')}
      </Button>
    </div>
  );
};

const Preview = ({ visit, view: { devices } }: { visit: GuestVisit; view: GuestVisitView }) => {
  const t = useTranslations('guests.page');
  const failures = useTranslations('broadcast');
  const { tracks, problem, opening, cameras, microphones } = devices;
  const level = useLevel(tracks.audio);
  return (
    <>
      {problem && (
        <NoticeBox tone="danger" title={failures(`failure.${problem}`)}>
          <p>{failures(`failureAdvice.${problem}`)}</p>
          <Button size="s" onClick={() => void visit.devices.open()}>
            {t('tryAgain')}
          </Button>
        </NoticeBox>
      )}
      <div className="guest-page__picture">
        {tracks.video ? (
          <TrackVideo track={tracks.video} label={t('preview')} mirrored />
        ) : (
          <p className="guest-page__empty">{opening ? t('allow') : tracks.audio ? t('noCamera') : t('noDevices')}</p>
        )}
      </div>
      {tracks.video && !tracks.audio && <p>{t('noMicrophone')}</p>}
      <Meter level={level} />
      <div className="guest-page__row">
        <DeviceSelect
          label={t('camera')}
          devices={cameras}
          chosen={tracks.video?.getSettings().deviceId}
          none={t('noneFound')}
          onChoose={(id) => void visit.devices.chooseCamera(id)}
        />
        <DeviceSelect
          label={t('microphone')}
          devices={microphones}
          chosen={tracks.audio?.getSettings().deviceId}
          none={t('noneFound')}
          onChoose={(id) => void visit.devices.chooseMicrophone(id)}
        />
      </div>
    </>
  );
};

/** Where the guest is, seen and read out. */
const Standing = ({ view: { state, show } }: { view: GuestVisitView }) => {
  const t = useTranslations('guests.page');
  const name = show?.creator.name ?? '';
  const said = (): ReactNode => {
    if (state.at === 'waiting')
      return (
        <>
          <Badge tone="primary">{t('waiting')}</Badge>
          <span>{t('waitingText', { name })}</span>
        </>
      );
    if (state.at === 'full') return <span>{t('full')}</span>;
    if (state.at !== 'on-air')
      return (
        <>
          <Spinner /> {t('coming')}
        </>
      );
    if (state.connection !== 'connected')
      return (
        <>
          <Spinner /> {t(state.connection)}
        </>
      );
    return (
      <>
        <Badge tone="live" dot>
          {t('onAir')}
        </Badge>
        <span>
          {t('onAirText')} {t('headphones')}
        </span>
      </>
    );
  };
  return (
    <output className="guest-page__state" tabIndex={-1} ref={takeFocus}>
      {said()}
    </output>
  );
};

/** Why somebody is refused, as far as a guest can do something about it. */
const REFUSALS = ['not-found', 'not-allowed', 'blocked'] as const;

const Over = ({ view: { state }, onAgain }: { view: GuestVisitView; onAgain: () => void }) => {
  const t = useTranslations('guests.page');
  const words = useErrorWords();
  const refusal = (problem: unknown): string => {
    const known = problem instanceof ApiError && REFUSALS.find((code) => code === problem.code);
    return known ? t(`refusal.${known}`) : words(problem);
  };
  return (
    <div className="guest-page">
      <h1 tabIndex={-1} ref={takeFocus}>
        {state.at === 'over' ? t(`over.${state.because}`) : t('refused')}
      </h1>
      <p>{state.at === 'refused' ? refusal(state.problem) : t('overText')}</p>
      {state.at === 'over' && state.because === 'left' && (
        <div>
          <Button onClick={onAgain}>{t('again')}</Button>
        </div>
      )}
    </div>
  );
};
