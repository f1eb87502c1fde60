/** Where Chromium is on this machine. */
export const CHROMIUM_PATH = process.env['CHROMIUM_PATH'] || '/usr/bin/chromium';

/**
 * How every check starts Chromium: alone with itself, with a fake camera and microphone that it may use without asking.
 *
 * @param devices Chromium's settings of the fake devices; two cameras and three microphones by default
 */
export const chromiumArguments = (devices = 'device-count=2'): string[] => [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-fake-ui-for-media-stream',
  `--use-fake-device-for-media-stream=${devices}`,
  '--autoplay-policy=no-user-gesture-required',
];
