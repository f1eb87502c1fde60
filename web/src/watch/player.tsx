import { Play, VolumeX } from 'lucide-react';
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { Spinner } from '../ui/spinner.tsx';
import { attachHls, type Attached } from './hls-source.ts';
import { PlayerBar } from './player-bar.tsx';
import { useIdle } from './use-idle.ts';
import { usePlaying } from './use-playing.ts';
import './player.css';

type Props = {
  url: string;
  poster: string | undefined;
  kind: 'live' | 'recording';
  /** What is played, for assistive technology. */
  title: string;
  onEnded: () => void;
  /** Where the player is, as often as it tells. */
  onProgress: (seconds: number) => void;
  /** The address was refused; the owner brings another. */
  onRefused: () => void;
};

const SEEK_SECONDS = 10;

/** Plays one HLS address: at once with sound where the browser lets it, else silently with a way to switch sound on. */
export const Player = ({ url, poster, kind, title, onEnded, onProgress, onRefused }: Props) => {
  const frame = useRef<HTMLDivElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const attached = useRef<Attached>(undefined);
  const [trouble, setTrouble] = useState(false);
  /** Started without sound, because the browser wants to be asked first. */
  const [silenced, setSilenced] = useState(false);
  const playing = usePlaying(video, attached);
  const idle = useIdle(frame);

  const refused = useRef(onRefused);
  useEffect(() => {
    refused.current = onRefused;
  }, [onRefused]);

  // the picture stays when only its address changes
  const address = useRef(url);
  useEffect(() => {
    address.current = url;
    attached.current?.renew(url);
  }, [url]);

  useEffect(() => {
    const element = video.current;
    if (!element) return undefined;
    const source = attachHls({
      video: element,
      url: address.current,
      live: kind === 'live',
      onTrouble: setTrouble,
      onRefused: () => refused.current(),
    });
    attached.current = source;
    void playAloud(element).then((how) => setSilenced(how === 'silently'));
    return () => source.detach();
  }, [kind]);

  const toggle = () => {
    const element = video.current;
    if (!element) return;
    if (!element.paused) return element.pause();
    // What was on the air while this was paused is over.
    if (kind === 'live') attached.current?.toLiveEdge();
    void element.play().catch(() => {});
  };

  const unmute = () => {
    const element = video.current;
    if (!element) return;
    element.muted = !element.muted;
    if (!element.muted && element.volume === 0) element.volume = 1;
    setSilenced(false);
    // The button that was pressed is gone; the shortcuts stay at hand.
    if (silenced) frame.current?.focus();
  };

  const fullscreen = () => void toggleFullscreen(frame.current, video.current);

  const keys: Record<string, () => void> = {
    k: toggle,
    m: unmute,
    f: fullscreen,
    ...(kind === 'recording' && {
      ArrowLeft: () => seekTo(video.current, playing.seconds - SEEK_SECONDS),
      ArrowRight: () => seekTo(video.current, playing.seconds + SEEK_SECONDS),
    }),
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target instanceof HTMLInputElement) return;
    const action = keys[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  };

  return (
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- shortcuts for what the buttons inside also do
    <div
      ref={frame}
      tabIndex={-1}
      className={`player${idle && !playing.paused ? ' player--idle' : ''}`}
      onKeyDown={onKeyDown}
    >
      {/* oxlint-disable-next-line jsx-a11y/media-has-caption -- live speech without captions; Mux's will come as HLS tracks */}
      <video
        ref={video}
        className="player__video"
        data-testid="player"
        aria-label={title}
        crossOrigin="anonymous"
        playsInline
        {...(poster !== undefined && { poster })}
        onClick={toggle}
        onEnded={onEnded}
        onTimeUpdate={({ currentTarget }) => {
          if (!currentTarget.paused) onProgress(currentTarget.currentTime);
        }}
      />
      {(playing.waiting || trouble) && (
        <span className="player__waiting">
          <Spinner label="Loading the picture" />
        </span>
      )}
      {trouble && <output className="player__notice">The picture is not coming through. Trying again…</output>}
      {playing.paused && !playing.waiting && (
        <button type="button" className="player__big" onClick={toggle} aria-label="Play">
          <Play aria-hidden="true" />
        </button>
      )}
      {silenced && playing.muted && (
        <button type="button" className="player__unmute" onClick={unmute}>
          <VolumeX aria-hidden="true" />
          Tap for sound
        </button>
      )}
      <PlayerBar
        kind={kind}
        playing={playing}
        onToggle={toggle}
        onMute={unmute}
        onVolume={(volume) => setVolume(video.current, volume)}
        onSeek={(seconds) => seekTo(video.current, seconds)}
        onLiveEdge={() => attached.current?.toLiveEdge()}
        onPictureInPicture={() => void togglePictureInPicture(video.current)}
        onFullscreen={fullscreen}
      />
    </div>
  );
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

const seekTo = (video: HTMLVideoElement | null, seconds: number) => {
  if (video) video.currentTime = Math.min(Math.max(0, seconds), video.duration || 0);
};

const setVolume = (video: HTMLVideoElement | null, volume: number) => {
  if (!video) return;
  video.volume = volume;
  video.muted = volume === 0;
};

const togglePictureInPicture = async (video: HTMLVideoElement | null) => {
  if (document.pictureInPictureElement) await document.exitPictureInPicture();
  // Refused while there is no picture yet.
  else await video?.requestPictureInPicture().catch(() => {});
};

const toggleFullscreen = async (frame: HTMLElement | null, video: HTMLVideoElement | null) => {
  if (document.fullscreenElement) return await document.exitFullscreen();
  if (frame?.requestFullscreen) return await frame.requestFullscreen().catch(() => {});
  // An iPhone takes only the video itself to full screen.
  if (video && 'webkitEnterFullscreen' in video && typeof video.webkitEnterFullscreen === 'function')
    video.webkitEnterFullscreen();
};
