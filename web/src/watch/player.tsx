import { Play, VolumeX } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslations } from 'use-intl';
import { Spinner } from '../ui/spinner.tsx';
import type { Attached } from './hls-source.ts';
import { PlayerBar } from './player-bar.tsx';
import { PlayerKeysDialog } from './player-keys-dialog.tsx';
import type { PlayerAction } from './player-keys.ts';
import { playerMemory, type Remembered } from './player-memory.ts';
import { PlayerPicture } from './player-picture.tsx';
import { toggleFullscreen, togglePictureInPicture } from './screen-modes.ts';
import { useChoices } from './use-choices.ts';
import { useHls } from './use-hls.ts';
import { useIdle } from './use-idle.ts';
import { usePlayerKeys } from './use-player-keys.ts';
import { usePlaying } from './use-playing.ts';
import { useSound } from './use-sound.ts';
import { useTransport } from './use-transport.ts';
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
  /** Gone back in a live show: where to, in seconds of what there is so far. */
  const [rewound, setRewound] = useState<{ seconds: number }>();
  const [showsKeys, setShowsKeys] = useState(false);
  const { said, say } = useSaid();
  const playing = usePlaying(video, attached);
  const { idle, show, hide } = useIdle(frame, playing.paused);
  const [atFirst] = useState(memory);
  const [beginAt] = useState(startAt === undefined ? undefined : { seconds: startAt });

  const remember = (change: Partial<Remembered>) => {
    playerMemory.remember(change);
    setMemory((known) => ({ ...known, ...change }));
  };

  const { qualities, trouble, silenced, setSilenced } = useHls(video, attached, {
    url: rewound && dvr !== undefined ? dvr : url,
    kind,
    beginAt: rewound ?? beginAt,
    atFirst,
    onRefused,
  });
  const { timeline, toggle, seekTo, seekBy, toLiveEdge } = useTransport(video, attached, {
    kind,
    hasDvr: dvr !== undefined,
    startedAt,
    playing,
    rewound,
    onRewound: setRewound,
    say,
  });
  const sound = useSound(video, { playing, remember, say, onChosen: () => setSilenced(false) });

  const mute = () => {
    sound.mute();
    // The button that was pressed is gone; the shortcuts stay at hand.
    if (silenced) frame.current?.focus();
  };

  const showKeys = async () => {
    // a dialog would lie behind what fills the screen
    if (document.fullscreenElement) await document.exitFullscreen();
    setShowsKeys(true);
  };

  const { choices, captionsShown, toggleCaptions } = useChoices(video, attached, {
    kind,
    memory,
    remember,
    qualities,
    say,
    onKeys: () => void showKeys(),
  });

  const actions: Record<PlayerAction, () => void> = {
    toggle,
    back: () => seekBy(-SEEK_SECONDS),
    on: () => seekBy(SEEK_SECONDS),
    mute,
    louder: () => sound.louder(VOLUME_STEP),
    quieter: () => sound.louder(-VOLUME_STEP),
    fullscreen: () => void toggleFullscreen(frame.current, video.current),
    captions: toggleCaptions,
    'picture-in-picture': () => void togglePictureInPicture(video.current),
    theatre: () => onTheatre?.(),
    live: () => kind === 'live' && toLiveEdge(),
    keys: () => void showKeys(),
  };
  usePlayerKeys(frame, actions, show);

  return (
    <div ref={frame} tabIndex={-1} className={`player${idle ? ' player--idle' : ''}`}>
      <PlayerPicture
        video={video}
        title={title}
        poster={poster}
        paused={playing.paused}
        onToggle={toggle}
        onHide={hide}
        onEnded={onEnded}
        onSize={onSize}
        onTime={(seconds) => onProgress(seconds, rewound !== undefined)}
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
        choices={choices}
        captionsShown={captionsShown}
        theatre={theatre}
        onToggle={toggle}
        onMute={mute}
        onVolume={sound.setVolume}
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
