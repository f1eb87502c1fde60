import { useRef, type RefObject } from 'react';

type Props = {
  video: RefObject<HTMLVideoElement | null>;
  /** What is played, for assistive technology. */
  title: string;
  poster: string | undefined;
  paused: boolean;
  /** The controls are out of sight. */
  isIdle: boolean;
  onToggle: () => void;
  /** Takes the controls out of sight. */
  onHide: () => void;
  onEnded: () => void;
  onSize: (width: number, height: number) => void;
  /** Where it is, in seconds, while it plays. */
  onTime: (seconds: number) => void;
};

/** The picture: by touch the first tap shows the controls, and the next hides them; by mouse a press plays or pauses. */
export const PlayerPicture = ({
  video,
  title,
  poster,
  paused,
  isIdle,
  onToggle,
  onHide,
  onEnded,
  onSize,
  onTime,
}: Props) => {
  const pointer = useRef<{ touch: boolean; wasIdle: boolean }>({ touch: false, wasIdle: false });
  const pressed = () => {
    if (!pointer.current.touch) return onToggle();
    if (!pointer.current.wasIdle && !paused) onHide();
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
        pointer.current = { touch: pointerType === 'touch', wasIdle: isIdle };
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
