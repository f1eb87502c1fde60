import { useEffect, useRef, useState, type RefObject } from 'react';
import { attachHls, type Attached } from './hls-source.ts';
import { playerMemory, type Remembered } from './player-memory.ts';

type Wanted = {
  url: string;
  kind: 'live' | 'recording';
  /** Where to begin, in seconds; another object has the address attached anew, from there. */
  beginAt: { seconds: number } | undefined;
  /** How this person liked to watch when the page came. */
  atFirst: Remembered;
  onRefused: () => void;
};

/**
 * Plays an HLS address in a video element: at once with sound where the browser lets it, else silently. The picture stays when only the
 * address changes, as a signed one does.
 *
 * @param attachedRef holds what plays, while something does
 */
export const useHls = (
  videoRef: RefObject<HTMLVideoElement | null>,
  attachedRef: RefObject<Attached | undefined>,
  { url, kind, beginAt, atFirst, onRefused }: Wanted,
) => {
  const [qualities, setQualities] = useState<number[]>([]);
  const [trouble, setTrouble] = useState(false);
  /** Started without sound, because the browser wants to be asked first. */
  const [silenced, setSilenced] = useState(false);

  const refused = useRef(onRefused);
  useEffect(() => {
    refused.current = onRefused;
  }, [onRefused]);

  const address = useRef(url);
  useEffect(() => {
    address.current = url;
    attachedRef.current?.renew(url);
  }, [url, attachedRef]);

  useEffect(() => {
    const element = videoRef.current;
    if (!element) return undefined;
    element.volume = atFirst.volume;
    element.muted = atFirst.muted;
    const speed = kind === 'recording' ? atFirst.speed : 1;
    // loading an address sets the one to the other
    element.defaultPlaybackRate = speed;
    element.playbackRate = speed;
  }, [videoRef, kind, atFirst]);

  useEffect(() => {
    const element = videoRef.current;
    if (!element) return undefined;
    const source = attachHls({
      video: element,
      url: address.current,
      live: kind === 'live',
      startAt: beginAt?.seconds,
      quality: playerMemory.read().quality,
      onQualities: setQualities,
      onTrouble: setTrouble,
      onRefused: () => refused.current(),
    });
    attachedRef.current = source;
    void playAloud(element).then((how) => how === 'silently' && setSilenced(true));
    return () => {
      attachedRef.current = undefined;
      source.detach();
    };
  }, [videoRef, attachedRef, kind, beginAt]);

  return { qualities, trouble, silenced, setSilenced };
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
