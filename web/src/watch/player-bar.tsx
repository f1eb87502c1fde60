import { Maximize, Pause, PictureInPicture2, Play, Volume2, VolumeX } from 'lucide-react';
import { IconButton } from '../ui/icon-button.tsx';
import { clockTime } from '../ui/time.tsx';
import type { Playing } from './use-playing.ts';

type Props = {
  kind: 'live' | 'recording';
  playing: Playing;
  onToggle: () => void;
  onMute: () => void;
  onVolume: (volume: number) => void;
  onSeek: (seconds: number) => void;
  onLiveEdge: () => void;
  onPictureInPicture: () => void;
  onFullscreen: () => void;
};

/** Further behind than buffering explains: the way back is shown. */
const BEHIND_SECONDS = 8;

/** The line of controls at the foot of the picture. */
export const PlayerBar = ({
  kind,
  playing,
  onToggle,
  onMute,
  onVolume,
  onSeek,
  onLiveEdge,
  onPictureInPicture,
  onFullscreen,
}: Props) => (
  <div className="player__bar">
    {kind === 'recording' && (
      <input
        type="range"
        className="player__range player__seek"
        aria-label="Position"
        aria-valuetext={`${clockTime(playing.seconds)} of ${clockTime(playing.durationSeconds)}`}
        min={0}
        max={Math.max(playing.durationSeconds, 0.1)}
        step={0.1}
        value={playing.seconds}
        style={{ '--range-filled': fraction(playing.seconds, playing.durationSeconds) }}
        onChange={(event) => onSeek(event.target.valueAsNumber)}
      />
    )}
    <IconButton
      label={playing.paused ? 'Play' : 'Pause'}
      icon={playing.paused ? <Play /> : <Pause />}
      onClick={onToggle}
    />
    <IconButton
      label={playing.muted ? 'Unmute' : 'Mute'}
      icon={playing.muted ? <VolumeX /> : <Volume2 />}
      onClick={onMute}
    />
    <input
      type="range"
      className="player__range player__volume"
      aria-label="Volume"
      min={0}
      max={1}
      step={0.05}
      value={playing.muted ? 0 : playing.volume}
      style={{ '--range-filled': fraction(playing.muted ? 0 : playing.volume, 1) }}
      onChange={(event) => onVolume(event.target.valueAsNumber)}
    />
    {kind === 'recording' ? (
      <span className="player__time">
        {clockTime(playing.seconds)} / {clockTime(playing.durationSeconds)}
      </span>
    ) : (
      playing.behindSeconds > BEHIND_SECONDS && (
        <button type="button" className="player__edge" onClick={onLiveEdge}>
          Back to live
        </button>
      )
    )}
    <span className="player__gap" />
    {document.pictureInPictureEnabled && (
      <IconButton label="Picture in picture" icon={<PictureInPicture2 />} onClick={onPictureInPicture} />
    )}
    <IconButton label="Full screen" icon={<Maximize />} onClick={onFullscreen} />
  </div>
);

const fraction = (part: number, whole: number) => `${whole > 0 ? (100 * part) / whole : 0}%`;
