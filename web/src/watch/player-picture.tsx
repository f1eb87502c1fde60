import { useRef, type RefObject } from 'react';

type Props = {
  video: RefObject<HTMLVideoElement | null>;
  /** What is played, for assistive technology. */
  title: string;
  poster: string | undefined;
  paused: boolean;
  onToggle: () => void;
  /** Takes the controls out of sight. */
  onHide: () => void;
  onEnded: () => void;
  onSize: (width: number, height: number) => void;
  /** Where it is, in seconds, while it plays. */
  onTime: (seconds: number) => void;
};

/** The picture: a tap hides the controls (one that finds them hidden never gets here); by mouse a press plays or pauses. */
export const PlayerPicture = ({ video, title, poster, paused, onToggle, onHide, onEnded, onSize, onTime }: Props) => {
  const touched = useRef(false);
  const pressed = () => {
    if (!touched.current) onToggle();
    else if (!paused) onHide();
  };
  return (
    // oxlint-disable-next-line jsx-a11y/media-has-caption -- they come as tracks of the HLS playlist
    <video
      ref={video}
      className="player__video"
      data-testid="player"
      aria-label={title}
      crossOrigin="anonymous"
      playsInline
      {...(poster !== undefined && { poster })}
      onPointerDownCapture={({ pointerType }) => {
        touched.current = pointerType === 'touch';
      }}
      onClick={pressed}
      onEnded={onEnded}
      onResize={({ currentTarget: { videoWidth, videoHeight } }) => {
        if (videoWidth > 0 && videoHeight > 0) onSize(videoWidth, videoHeight);
      }}
      onTimeUpdate={({ currentTarget }) => {
        if (!currentTarget.paused) onTime(currentTarget.currentTime);
      }}
    />
  );
};
