import type { Slot } from '../picture/stage.ts';
import type { CaptureState } from './capture-view.ts';
import { openScreen, type CameraLimits } from './open-devices.ts';
import type { Sound } from './sound.ts';

/**
 * Whether what is shared sounds as this page does, too: a tab is another tab, and a window or a whole screen comes with all that the
 * machine plays, unless the browser leaves this page out.
 */
const hasThisPage = (screen: MediaStreamTrack, sound: MediaStreamTrack | undefined): boolean =>
  screen.getSettings().displaySurface !== 'browser' && sound?.getSettings().restrictOwnAudio !== true;

type Parts = {
  media: MediaDevices;
  state: CaptureState;
  limits: () => CameraLimits;
  /** There while the capture is open. */
  sound: () => Pick<Sound, 'setScreen'> | undefined;
  onTrack: (slot: Slot, track: MediaStreamTrack | undefined) => void;
};

/** The screen that is shared in a capture, with its sound where it has any. */
export const createScreenInput = ({ media, state, limits, sound, onTrack }: Parts) => {
  const { view, change, thisOpening } = state;
  let screenSound: MediaStreamTrack | undefined;

  const unshare = () => {
    const { screen } = view();
    if (!screen) return;
    change({ screen: undefined, hasSharedSound: false });
    onTrack('screen', undefined);
    sound()?.setScreen(undefined, false);
    screen.stop();
    screenSound?.stop();
    screenSound = undefined;
  };

  const share = async () => {
    const isCurrent = thisOpening();
    const answer = await openScreen(media, limits());
    // Pressing Cancel in the browser's own picker is an answer, not a problem.
    if (!answer.opened)
      return answer.because === 'devices-denied' ? undefined : change({ notice: 'screen-unavailable' });
    const { screen, sound: track } = answer.tracks;
    if (!isCurrent() || view().screen) {
      screen.stop();
      track?.stop();
      return;
    }
    screen.contentHint = 'detail';
    screen.addEventListener('ended', () => view().screen === screen && unshare());
    screenSound = track;
    sound()?.setScreen(track, !hasThisPage(screen, track));
    change({ screen, hasSharedSound: track !== undefined });
    onTrack('screen', screen);
  };

  return { share, unshare };
};
