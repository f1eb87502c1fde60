/**
 * Plays somebody's voice on this machine. The browser's echo cancellation knows what it plays itself, and takes it out of what the
 * microphone hears; and Chromium mixes no voice from afar that no element plays.
 */
export const playVoice = (voice: MediaStreamTrack) => {
  const audio = new Audio();
  audio.srcObject = new MediaStream([voice]);
  void audio.play().catch(() => {
    // Taken away before it began, or held back until something is pressed: then the browser plays it.
  });
  return {
    setMuted: (muted: boolean) => {
      audio.muted = muted;
    },
    stop: () => {
      audio.pause();
      audio.srcObject = null;
    },
  };
};
