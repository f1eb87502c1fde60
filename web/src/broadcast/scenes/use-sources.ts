import { useEffect, useMemo, useRef, type RefObject } from 'react';
import { useBroadcast } from '../broadcast-provider.tsx';
import { type Image, type Layers } from '../picture/draw.ts';
import { playHidden } from '../picture/sources.ts';
import { SLOTS, type Slot } from '../picture/stage.ts';
import { createSmallLayers } from './small-layers.ts';

const imageOf = (video: HTMLVideoElement | undefined): Image | undefined =>
  video && video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA && video.videoWidth > 0
    ? { source: video, size: { width: video.videoWidth, height: video.videoHeight } }
    : undefined;

/** The current pictures of the broadcast's sources, for drawing previews; read, not subscribed to. */
export const useSources = (): RefObject<() => Layers> => {
  const { capture, scenes, guests } = useBroadcast();
  const { screen } = capture;
  const camera = capture.cameraOn ? capture.camera : undefined;
  const { media } = scenes;
  const pictureOf = (slot: Slot) => guests.onAir.find((guest) => guest.slot === slot)?.picture;
  const [first, second] = [pictureOf('guest-1'), pictureOf('guest-2')];
  const read = useRef<() => Layers>(() => ({}));
  useEffect(() => {
    const tracks: Record<Slot, MediaStreamTrack | undefined> = {
      camera,
      screen,
      media,
      'guest-1': first,
      'guest-2': second,
    };
    const videos = new Map<Slot, HTMLVideoElement>();
    for (const slot of SLOTS) {
      const track = tracks[slot];
      if (track) videos.set(slot, playHidden(track));
    }
    read.current = () => Object.fromEntries(SLOTS.map((slot) => [slot, imageOf(videos.get(slot))]));
    return () => {
      for (const video of videos.values()) video.srcObject = null;
      read.current = () => ({});
    };
  }, [camera, screen, media, first, second]);
  return read;
};

/**
 * The same for many who draw them small.
 *
 * @param side of a picture's longer side, at most
 * @param everyMs how often each of them draws
 */
export const useSmallSources = (
  sources: RefObject<() => Layers>,
  side: number,
  everyMs: number,
): RefObject<() => Layers> =>
  useMemo(() => {
    const canvases = new Map<Slot, OffscreenCanvas>();
    const shrink = (slot: Slot, { source, size }: Image): Image | undefined => {
      const scale = Math.min(1, side / Math.max(size.width, size.height));
      const [width, height] = [Math.round(size.width * scale), Math.round(size.height * scale)];
      const canvas = canvases.get(slot) ?? new OffscreenCanvas(width, height);
      canvases.set(slot, canvas);
      if (canvas.width !== width) canvas.width = width;
      if (canvas.height !== height) canvas.height = height;
      const context = canvas.getContext('2d', { alpha: false });
      context?.drawImage(source, 0, 0, width, height);
      return context ? { source: canvas, size: { width, height } } : undefined;
    };
    const read = () => sources.current();
    // those who draw do not all do so in the same moment
    const layers = createSmallLayers({ read, shrink, everyMs: everyMs / 2, clock: () => performance.now() });
    return { current: layers };
  }, [sources, side, everyMs]);
