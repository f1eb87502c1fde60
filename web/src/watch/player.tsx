import { Play, VolumeX } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslations } from 'use-intl';
import { Spinner } from '../ui/spinner.tsx';
import { useNow } from '../ui/time.tsx';
import { attachHls, type Attached } from './hls-source.ts';
import { PlayerBar } from './player-bar.tsx';
import { PlayerKeysDialog } from './player-keys-dialog.tsx';
import type { PlayerAction } from './player-keys.ts';
import { playerMemory, type Remembered } from './player-memory.ts';
import { useCaptions } from './use-captions.ts';
import { useIdle } from './use-idle.ts';
import { usePlayerKeys } from './use-player-keys.ts';
import { usePlaying } from './use-playing.ts';
import './player.css';

type Props = {
  url: string;
  /** Of a live show: all of it so far, for whoever goes back. */
  dvr?: string | undefined;
  /** When a live show began. */
  startedAt?: string | undefined;
  poster: string | undefined;
  kind: 'live' | 'recording';
  /** Where to begin a recording, in seconds. */
  startAt?: number | undefined;
  /** What is played, for assistive technology. */
  title: string;
  theatre?: boolean;
  /** Absent where the page has no room to give. */
  onTheatre?: (() => void) | undefined;
  onEnded: () => void;
  /** Where the player is, as often as it tells; `rewound`: in what there is so far of a live show. */
  onProgress: (seconds: number, rewound: boolean) => void;
  /** The picture's size, as soon as it is known and whenever it changes. */
  onSize: (width: number, height: number) => void;
  /** The address was refused; the owner brings another. */
  onRefused: () => void;
};

const SEEK_SECONDS = 10;
const VOLUME_STEP = 0.1;
/** What the live playlist surely still holds; further back is played from the recording so far. */
const LIVE_WINDOW_SECONDS = 15;
const SAID_MS = 1_200;

/** Plays one HLS address: at once with sound where the browser lets it, else silently with a way to switch sound on. */
export const Player = ({
  url,
  dvr,
  startedAt,
  poster,
  kind,
  startAt,
  title,
  theatre = false,
  onTheatre,
  onEnded,
  onProgress,
  onSize,
  onRefused,
}: Props) => {
  const t = useTranslations('watch');
  const frame = useRef<HTMLDivElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const attached = useRef<Attached>(undefined);
  const [memory, setMemory] = useState(playerMemory.read);
  const [trouble, setTrouble] = useState(false);
  /** Started without sound, because the browser wants to be asked first. */
  const [silenced, setSilenced] = useState(false);
  /** Gone back in a live show: where to, in seconds of what there is so far. */
  const [rewound, setRewound] = useState<{ toSeconds: number }>();
  const [qualities, setQualities] = useState<number[]>([]);
  const [showsKeys, setShowsKeys] = useState(false);
  const { said, say } = useSaid();
  const playing = usePlaying(video, attached);
  const { idle, show, hide } = useIdle(frame);
  const captions = useCaptions(video, memory.captions);
  const nowMs = useNow(1_000);

  const remember = (change: Partial<Remembered>) => {
    playerMemory.remember(change);
    setMemory((known) => ({ ...known, ...change }));
  };

  const refused = useRef(onRefused);
  useEffect(() => {
    refused.current = onRefused;
  }, [onRefused]);

  // the picture stays when only its address changes
  const wanted = rewound && dvr !== undefined ? dvr : url;
  const address = useRef(wanted);
  useEffect(() => {
    address.current = wanted;
    attached.current?.renew(wanted);
  }, [wanted]);

  const [atFirst] = useState(memory);
  const [beginAt] = useState(startAt);
  useEffect(() => {
    const element = video.current;
    if (!element) return undefined;
    element.volume = atFirst.volume;
    element.muted = atFirst.muted;
    const speed = kind === 'recording' ? atFirst.speed : 1;
    // loading an address sets the one to the other
    element.defaultPlaybackRate = speed;
    element.playbackRate = speed;
  }, [kind, atFirst]);

  useEffect(() => {
    const element = video.current;
    if (!element) return undefined;
    const source = attachHls({
      video: element,
      url: address.current,
      live: kind === 'live',
      startAt: rewound ? rewound.toSeconds : beginAt,
      quality: playerMemory.read().quality,
      onQualities: setQualities,
      onTrouble: setTrouble,
      onRefused: () => refused.current(),
    });
    attached.current = source;
    void playAloud(element).then((how) => how === 'silently' && setSilenced(true));
    return () => {
      attached.current = undefined;
      source.detach();
    };
  }, [kind, rewound, beginAt]);

  const elapsed = startedAt === undefined ? 0 : Math.max(0, (nowMs - Date.parse(startedAt)) / 1_000);
  const canRewind = kind === 'live' && dvr !== undefined && elapsed > LIVE_WINDOW_SECONDS;
  const timeline =
    kind === 'recording' || rewound
      ? { at: playing.seconds, end: playing.durationSeconds }
      : canRewind
        ? { at: Math.max(0, elapsed - playing.behindSeconds), end: elapsed }
        : undefined;

  const toLiveEdge = () => {
    if (rewound) setRewound(undefined);
    else attached.current?.toLiveEdge();
    void video.current?.play().catch(() => {});
  };

  /** @param seconds of the timeline that the bar shows */
  const seekTo = (seconds: number) => {
    const element = video.current;
    if (!element) return;
    if (kind === 'recording' || rewound) {
      element.currentTime = Math.min(Math.max(0, seconds), playing.durationSeconds);
      return;
    }
    if (!timeline) return;
    const back = timeline.at - seconds;
    const behind = timeline.end - seconds;
    if (behind < LIVE_WINDOW_SECONDS && back > 0) element.currentTime = Math.max(0, element.currentTime - back);
    else if (behind < 1) toLiveEdge();
    else if (back < 0) element.currentTime -= back;
    else setRewound({ toSeconds: Math.max(0, seconds) });
  };

  const seekBy = (seconds: number) => {
    if (!timeline) return;
    seekTo(timeline.at + seconds);
    say(seconds < 0 ? t('backS', { seconds: -seconds }) : t('onS', { seconds }));
  };

  const toggle = () => {
    const element = video.current;
    if (!element) return;
    if (!element.paused) return element.pause();
    if (kind === 'live' && !rewound) {
      // What was on the air while this was paused is over, unless it can be gone back to.
      if (canRewind && playing.behindSeconds > LIVE_WINDOW_SECONDS)
        return setRewound({ toSeconds: Math.max(0, elapsed - playing.behindSeconds) });
      attached.current?.toLiveEdge();
    }
    void element.play().catch(() => {});
  };

  const mute = () => {
    const element = video.current;
    if (!element) return;
    element.muted = !element.muted;
    if (!element.muted && element.volume === 0) element.volume = 1;
    remember({ muted: element.muted, volume: element.volume });
    say(element.muted ? t('soundOff') : t('soundOn'));
    setSilenced(false);
    // The button that was pressed is gone; the shortcuts stay at hand.
    if (silenced) frame.current?.focus();
  };

  const setVolume = (volume: number) => {
    const element = video.current;
    if (!element) return;
    element.volume = volume;
    element.muted = volume === 0;
    setSilenced(false);
    remember({ volume, muted: element.muted });
  };

  const louder = (by: number) => {
    const volume = Math.min(1, Math.max(0, Math.round(((playing.muted ? 0 : playing.volume) + by) * 10) / 10));
    setVolume(volume);
    say(t('volumePercent', { percent: Math.round(volume * 100) }));
  };

  const showCaptions = (language: string | null) => {
    remember({ captions: language });
    say(language === null ? t('captionsOff') : t('captionsOn'));
  };
  const toggleCaptions = () => {
    const [first] = captions.tracks;
    if (!first) return say(t('thereAreNoCaptions'));
    showCaptions(captions.shown ? null : first.language);
  };

  const setSpeed = (speed: number) => {
    if (video.current) {
      video.current.defaultPlaybackRate = speed;
      video.current.playbackRate = speed;
    }
    remember({ speed });
  };

  const showKeys = async () => {
    // a dialog would lie behind what fills the screen
    if (document.fullscreenElement) await document.exitFullscreen();
    setShowsKeys(true);
  };

  const actions: Record<PlayerAction, () => void> = {
    toggle,
    back: () => seekBy(-SEEK_SECONDS),
    on: () => seekBy(SEEK_SECONDS),
    mute,
    louder: () => louder(VOLUME_STEP),
    quieter: () => louder(-VOLUME_STEP),
    fullscreen: () => void toggleFullscreen(frame.current, video.current),
    captions: toggleCaptions,
    'picture-in-picture': () => void togglePictureInPicture(video.current),
    theatre: () => onTheatre?.(),
    live: () => kind === 'live' && toLiveEdge(),
    keys: () => void showKeys(),
  };
  usePlayerKeys(frame, actions, show);

  /** By touch the first tap shows the controls, and the next hides them; by mouse a press plays or pauses. */
  const pointer = useRef<{ touch: boolean; wasIdle: boolean }>({ touch: false, wasIdle: false });
  const pressed = () => {
    if (!pointer.current.touch) return toggle();
    if (!pointer.current.wasIdle && !playing.paused) hide();
  };

  const isIdle = idle && !playing.paused;
  return (
    <div ref={frame} tabIndex={-1} className={`player${isIdle ? ' player--idle' : ''}`}>
      {/* oxlint-disable-next-line jsx-a11y/media-has-caption -- they come as tracks of the HLS playlist */}
      <video
        ref={video}
        className="player__video"
        data-testid="player"
        aria-label={title}
        crossOrigin="anonymous"
        playsInline
        {...(poster !== undefined && { poster })}
        onPointerDownCapture={({ pointerType }) => {
          pointer.current = { touch: pointerType === 'touch', wasIdle: isIdle };
        }}
        onClick={pressed}
        onEnded={onEnded}
        onResize={({ currentTarget: { videoWidth, videoHeight } }) => {
          if (videoWidth > 0 && videoHeight > 0) onSize(videoWidth, videoHeight);
        }}
        onTimeUpdate={({ currentTarget }) => {
          if (!currentTarget.paused) onProgress(currentTarget.currentTime, rewound !== undefined);
        }}
      />
      {(playing.waiting || trouble) && (
        <span className="player__waiting">
          <Spinner label={t('loadingThePicture')} />
        </span>
      )}
      {trouble && <output className="player__notice">{t('thePictureIsNotComing')}</output>}
      <output className="player__said">{said && <span>{said}</span>}</output>
      {playing.paused && !playing.waiting && (
        <button type="button" className="player__big" onClick={toggle} aria-label={t('play')}>
          <Play aria-hidden="true" />
        </button>
      )}
      {silenced && playing.muted && (
        <button type="button" className="player__unmute" onClick={mute}>
          <VolumeX aria-hidden="true" />
          {t('tapForSound')}
        </button>
      )}
      <PlayerBar
        kind={kind}
        playing={playing}
        timeline={timeline}
        behindSeconds={playing.behindSeconds}
        choices={{
          qualities,
          quality: memory.quality,
          onQuality: (quality) => {
            attached.current?.setQuality(quality);
            remember({ quality });
          },
          captions: captions.tracks,
          language: memory.captions,
          onLanguage: showCaptions,
          speed: kind === 'recording' ? memory.speed : undefined,
          onSpeed: setSpeed,
          onKeys: () => void showKeys(),
        }}
        captionsShown={captions.shown}
        theatre={theatre}
        onToggle={toggle}
        onMute={mute}
        onVolume={setVolume}
        onSeek={seekTo}
        onLiveEdge={toLiveEdge}
        onCaptions={toggleCaptions}
        onTheatre={onTheatre}
        onPictureInPicture={actions['picture-in-picture']}
        onFullscreen={actions.fullscreen}
      />
      <PlayerKeysDialog open={showsKeys} onClose={() => setShowsKeys(false)} />
    </div>
  );
};

/** What a key has just done, in words, for a moment. */
const useSaid = () => {
  const [said, setSaid] = useState<{ text: string }>();
  useEffect(() => {
    if (!said) return undefined;
    const timer = setTimeout(() => setSaid(undefined), SAID_MS);
    return () => clearTimeout(timer);
  }, [said]);
  return { said: said?.text, say: (text: string) => setSaid({ text }) };
};

/** Plays with sound, or without where the browser allows only that, or not at all until the viewer says so. */
const playAloud = async (video: HTMLVideoElement): Promise<'aloud' | 'silently' | 'not'> => {
  try {
    await video.play();
    return 'aloud';
  } catch (error) {
    if (!(error instanceof DOMException && error.name === 'NotAllowedError')) return 'not';
  }
  video.muted = true;
  try {
    await video.play();
    return 'silently';
  } catch {
    return 'not';
  }
};

const togglePictureInPicture = async (video: HTMLVideoElement | null) => {
  if (document.pictureInPictureElement) await document.exitPictureInPicture();
  // Refused while there is no picture yet; not there at all in some browsers.
  else if (document.pictureInPictureEnabled) await video?.requestPictureInPicture().catch(() => {});
};

const toggleFullscreen = async (frame: HTMLElement | null, video: HTMLVideoElement | null) => {
  if (document.fullscreenElement) return await document.exitFullscreen();
  if (frame?.requestFullscreen) return await frame.requestFullscreen().catch(() => {});
  // An iPhone takes only the video itself to full screen.
  if (video && 'webkitEnterFullscreen' in video && typeof video.webkitEnterFullscreen === 'function')
    video.webkitEnterFullscreen();
};
