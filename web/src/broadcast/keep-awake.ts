/**
 * Asks the browser not to let the screen, and with it the camera, fall asleep; again whenever the tab comes back.
 *
 * @returns lets it sleep
 */
export const keepAwake = (): (() => void) => {
  let sentinel: WakeLockSentinel | undefined;
  let over = false;
  const ask = async () => {
    if (over || document.visibilityState !== 'visible' || !('wakeLock' in navigator)) return;
    try {
      sentinel = await navigator.wakeLock.request('screen');
      if (over) await sentinel.release();
    } catch {
      // A low battery: the browser decides.
    }
  };
  const onVisible = () => void ask();
  document.addEventListener('visibilitychange', onVisible);
  void ask();
  return () => {
    over = true;
    document.removeEventListener('visibilitychange', onVisible);
    void sentinel?.release();
  };
};
