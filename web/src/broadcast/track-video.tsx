import { useEffect, useRef } from 'react';

type Props = { track: MediaStreamTrack; label: string; mirrored?: boolean };

/** A live picture of a track, as the person in front of the camera expects to see it: mirrored. */
export const TrackVideo = ({ track, label, mirrored = false }: Props) => {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const element = video.current;
    if (!element) return undefined;
    element.srcObject = new MediaStream([track]);
    return () => {
      element.srcObject = null;
    };
  }, [track]);
  return (
    <video
      ref={video}
      className={`broadcast-video${mirrored ? ' broadcast-video--mirrored' : ''}`}
      aria-label={label}
      autoPlay
      muted
      playsInline
      disablePictureInPicture
    />
  );
};
