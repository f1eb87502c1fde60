import type { CaptureState, CaptureView } from './capture-view.ts';
import { openMicrophone, type Processing } from './open-devices.ts';
import type { Sound } from './sound.ts';

type Parts = {
  media: MediaDevices;
  state: CaptureState;
  /** There while the capture is open. */
  sound: () => Pick<Sound, 'setMicrophone'> | undefined;
};

/** The microphone of a capture: there, switched, lost and found again. */
export const createMicrophoneInput = ({ media, state, sound }: Parts) => {
  const { view, change, thisOpening } = state;
  let current: MediaStreamTrack | undefined;

  const set = (track: MediaStreamTrack | undefined, changed: Partial<CaptureView> = {}) => {
    const before = current;
    current = track;
    sound()?.setMicrophone(track);
    track?.addEventListener('ended', () => current === track && void replace());
    const microphoneId = track?.getSettings().deviceId ?? view().microphoneId;
    change({ hasMicrophone: track !== undefined, microphoneId, ...changed });
    before?.stop();
  };

  const replace = async () => {
    set(undefined, { notice: 'microphone-lost' });
    await takeAny();
  };

  const takeAny = async () => {
    const isCurrent = thisOpening();
    const answer = await openMicrophone(media, undefined, view().processing);
    if (!answer.opened) return;
    if (isCurrent() && !current) set(answer.tracks, { notice: undefined });
    else answer.tracks.stop();
  };

  return {
    set,
    takeAny,
    isThere: () => current !== undefined,
    /** Whether this one could be had. */
    choose: async (microphoneId: string): Promise<boolean> => {
      const isCurrent = thisOpening();
      const answer = await openMicrophone(media, microphoneId, view().processing);
      if (!isCurrent()) {
        if (answer.opened) answer.tracks.stop();
        return false;
      }
      if (answer.opened) set(answer.tracks, { microphoneId, notice: undefined });
      else change({ notice: 'microphone-unavailable' });
      return answer.opened;
    },
    /** Has the sound processed otherwise. A track that is open cannot be in every browser; a new one can. */
    process: async (processing: Processing): Promise<void> => {
      const isCurrent = thisOpening();
      const before = current;
      if (!before) return;
      const answer = await openMicrophone(media, before.getSettings().deviceId, processing);
      if (!isCurrent() || current !== before) return answer.opened ? answer.tracks.stop() : undefined;
      if (answer.opened) set(answer.tracks);
      else change({ notice: 'microphone-unavailable' });
    },
    close: () => {
      current?.stop();
      current = undefined;
    },
  };
};
