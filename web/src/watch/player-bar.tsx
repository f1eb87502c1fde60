import { Maximize, Pause, PictureInPicture2, Play, Volume2, VolumeX } from 'lucide-react';
import { IconButton } from '../ui/icon-button.tsx';
import { clockTime } from '../ui/time.tsx';
import { PlayerRange } from './player-range.tsx';
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
      <PlayerRange
        label="Position"
        valueText={(seconds) => `${clockTime(seconds)} of ${clockTime(playing.durationSeconds)}`}
        className="player__seek"
        value={playing.seconds}
        max={playing.durationSeconds}
        onChange={onSeek}
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
    <PlayerRange
      label="Volume"
      valueText={(volume) => `${Math.round(volume * 100)}%`}
      className="player__volume"
      value={playing.muted ? 0 : playing.volume}
      max={1}
      onChange={onVolume}
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
