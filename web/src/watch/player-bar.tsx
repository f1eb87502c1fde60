import { useTranslations } from 'use-intl';
import {
  Captions,
  CaptionsOff,
  Maximize,
  Pause,
  PictureInPicture2,
  Play,
  RectangleHorizontal,
  Volume2,
  VolumeX,
} from 'lucide-react';
import { IconButton } from '../ui/icon-button.tsx';
import { clockTime } from '../ui/time.tsx';
import { PlayerRange } from './player-range.tsx';
import { PlayerSettings, type PlayerChoices } from './player-settings.tsx';
import type { Playing } from './use-playing.ts';

type Props = {
  kind: 'live' | 'recording';
  playing: Playing;
  /** Where one can go, in seconds; undefined where one can only watch. */
  timeline: { at: number; end: number } | undefined;
  /** How far behind what is on the air. */
  behindSeconds: number;
  choices: PlayerChoices;
  captionsShown: boolean;
  theatre: boolean;
  onToggle: () => void;
  onMute: () => void;
  onVolume: (volume: number) => void;
  onSeek: (seconds: number) => void;
  onLiveEdge: () => void;
  onCaptions: () => void;
  onTheatre: (() => void) | undefined;
  onPictureInPicture: () => void;
  onFullscreen: () => void;
};

/** Further behind than buffering explains: the way back is shown. */
const BEHIND_SECONDS = 8;

/** The line of controls at the foot of the picture. */
export const PlayerBar = ({
  kind,
  playing,
  timeline,
  behindSeconds,
  choices,
  captionsShown,
  theatre,
  onToggle,
  onMute,
  onVolume,
  onSeek,
  onLiveEdge,
  onCaptions,
  onTheatre,
  onPictureInPicture,
  onFullscreen,
}: Props) => {
  const t = useTranslations('watch');
  const behind = kind === 'live' && behindSeconds > BEHIND_SECONDS;
  return (
    <div className="player__bar" dir="ltr">
      {timeline && (
        <PlayerRange
          label={t('position')}
          valueText={(seconds) => t('positionOf', { at: clockTime(seconds), length: clockTime(timeline.end) })}
          className="player__seek"
          value={timeline.at}
          max={timeline.end}
          onChange={onSeek}
        />
      )}
      <IconButton
        label={playing.paused ? t('play') : t('pause')}
        icon={playing.paused ? <Play /> : <Pause />}
        onClick={onToggle}
      />
      <IconButton
        label={playing.muted ? t('unmute') : t('mute')}
        icon={playing.muted ? <VolumeX /> : <Volume2 />}
        onClick={onMute}
      />
      <PlayerRange
        label={t('volume')}
        valueText={(volume) => `${Math.round(volume * 100)}%`}
        className="player__volume"
        value={playing.muted ? 0 : playing.volume}
        max={1}
        onChange={onVolume}
      />
      {kind === 'recording' && timeline && (
        <span className="player__time">
          {clockTime(timeline.at)} / {clockTime(timeline.end)}
        </span>
      )}
      {behind && (
        <>
          {timeline && <span className="player__time">−{clockTime(behindSeconds)}</span>}
          <button type="button" className="player__edge" onClick={onLiveEdge}>
            {t('backToLive')}
          </button>
        </>
      )}
      <span className="player__gap" />
      {choices.captions.length > 0 && (
        <IconButton
          label={t('captions')}
          aria-pressed={captionsShown}
          icon={captionsShown ? <Captions /> : <CaptionsOff />}
          onClick={onCaptions}
        />
      )}
      <PlayerSettings {...choices} />
      {document.pictureInPictureEnabled && (
        <IconButton label={t('pictureInPicture')} icon={<PictureInPicture2 />} onClick={onPictureInPicture} />
      )}
      {onTheatre && (
        <IconButton
          className="player__theatre"
          label={t('widePicture')}
          aria-pressed={theatre}
          icon={<RectangleHorizontal />}
          onClick={onTheatre}
        />
      )}
      <IconButton label={t('fullScreen')} icon={<Maximize />} onClick={onFullscreen} />
    </div>
  );
};
