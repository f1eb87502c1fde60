// @ts-nocheck -- runs in a browser, as it is: record.ts serves it to the page.
/** What the page does; `chunk` is record.ts's, and takes each chunk with the time at which it came. */
const base64 = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCodePoint(byte)).join(''));
const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const camera = ({ width, height }) =>
  navigator.mediaDevices.getUserMedia({ video: { width, height, frameRate: 30 }, audio: true });

/** What any page does: `MediaRecorder.start(250)`; answers with the type that the recorder really used. */
export const fromRecorder = async (settings) => {
  const { mimeType, seconds, kbps, chunkMs, keyFrameMs } = settings;
  const options = { mimeType, videoBitsPerSecond: kbps * 1000, videoKeyFrameIntervalDuration: keyFrameMs };
  const recorder = new MediaRecorder(await camera(settings), options);
  const started = performance.now();
  let last = Promise.resolve();
  recorder.addEventListener('dataavailable', ({ data }) => {
    const atMs = performance.now() - started;
    last = last.then(async () => window.chunk(atMs, base64(new Uint8Array(await data.arrayBuffer()))));
  });
  const stopped = new Promise((resolve) => recorder.addEventListener('stop', resolve));
  recorder.start(chunkMs);
  await later(seconds * 1000);
  recorder.stop();
  await stopped;
  await last;
  return recorder.mimeType;
};

/** Rung 1: WebCodecs H.264 and AAC, the latter in WASM where the browser has none, in append-only Matroska. */
export const fromWebCodecs = async (settings) => {
  const bunny = await import('mediabunny');
  const aac = await import('@mediabunny/aac-encoder');
  if (!(await bunny.canEncodeAudio('aac'))) aac.registerAacEncoder();
  const stream = await camera(settings);
  const started = performance.now();
  let pending = [];
  let last = Promise.resolve();
  const flush = () => {
    const whole = Uint8Array.from(pending.flatMap((piece) => [...piece]));
    pending = [];
    const atMs = performance.now() - started;
    if (whole.length > 0) last = last.then(() => window.chunk(atMs, base64(whole)));
  };
  const output = new bunny.Output({
    format: new bunny.MkvOutputFormat({ appendOnly: true, minimumClusterDuration: 0.1 }),
    target: new bunny.StreamTarget(new WritableStream({ write: ({ data }) => void pending.push(data.slice()) })),
  });
  output.addVideoTrack(
    new bunny.MediaStreamVideoTrackSource(stream.getVideoTracks()[0], {
      codec: 'avc',
      bitrate: settings.kbps * 1000,
      keyFrameInterval: 2,
      latencyMode: 'realtime',
    }),
  );
  output.addAudioTrack(
    new bunny.MediaStreamAudioTrackSource(stream.getAudioTracks()[0], { codec: 'aac', bitrate: 64_000 }),
  );
  await output.start();
  const timer = setInterval(flush, settings.chunkMs);
  await later(settings.seconds * 1000);
  clearInterval(timer);
  await output.finalize();
  flush();
  await last;
  return output.getMimeType();
};
