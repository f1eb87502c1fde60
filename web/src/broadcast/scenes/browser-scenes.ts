import { createSceneStore } from './scene-store.ts';
import { createScenes, type Playing, type Scenes, type ScenesListener } from './scenes.ts';

const readPicture = async (blob: Blob, side: number): Promise<ImageBitmap> => {
  const whole = await createImageBitmap(blob);
  const scale = side / Math.max(whole.width, whole.height);
  if (scale >= 1) return whole;
  const smaller = await createImageBitmap(whole, {
    resizeWidth: Math.max(1, Math.round(whole.width * scale)),
    resizeHeight: Math.max(1, Math.round(whole.height * scale)),
    resizeQuality: 'high',
  });
  whole.close();
  return smaller;
};

/** Firefox has the same under the name that it had before the standard. */
const streamOf = (video: HTMLVideoElement): MediaStream | undefined => {
  for (const name of ['captureStream', 'mozCaptureStream']) {
    const capture: unknown = Reflect.get(video, name);
    if (typeof capture !== 'function') continue;
    const stream: unknown = Reflect.apply(capture, video, []);
    if (stream instanceof MediaStream) return stream;
  }
  return undefined;
};

const playVideo = async (file: File): Promise<Playing | undefined> => {
  const video = document.createElement('video');
  const address = URL.createObjectURL(file);
  video.src = address;
  video.loop = true;
  video.playsInline = true;
  // The creator's loudspeaker would come back through the microphone; viewers hear it all the same.
  video.muted = true;
  const stop = () => {
    video.pause();
    video.removeAttribute('src');
    URL.revokeObjectURL(address);
  };
  try {
    await video.play();
    const stream = streamOf(video);
    const [picture] = stream?.getVideoTracks() ?? [];
    if (!picture) throw new Error('no picture in it');
    return { picture, sound: stream?.getAudioTracks()[0], stop };
  } catch {
    stop();
    return undefined;
  }
};

/** From elsewhere a picture may be shown by the page but not read by it. */
const fetchPicture = async (url: string): Promise<Blob | undefined> => {
  if (!URL.canParse(url, location.href) || new URL(url, location.href).origin !== location.origin) return undefined;
  try {
    const answer = await fetch(url);
    return answer.ok ? await answer.blob() : undefined;
  } catch {
    return undefined;
  }
};

/** The scenes of whoever is signed in to this browser. */
export const createBrowserScenes = (listener: ScenesListener): Scenes =>
  createScenes({
    ...listener,
    store: createSceneStore(),
    readPicture,
    playVideo,
    fetchPicture,
    newId: () => crypto.randomUUID(),
    wallClock: () => Date.now(),
  });
