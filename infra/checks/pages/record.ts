/**
 * What a page does that is recorded. `window.chunk` is `recordings/record.ts`'s or `record-firefox.ts`'s, and takes each chunk, in
 * base64, with the milliseconds since the start at which it came.
 */
declare global {
  interface Window {
    chunk: (atMs: number, base64: string) => Promise<void>;
  }
}

type Settings = {
  mimeType: string;
  seconds: number;
  width: number;
  height: number;
  kbps: number;
  chunkMs: number;
  keyFrameMs: number;
};

const base64 = (bytes: Uint8Array): string => btoa(Array.from(bytes, (byte) => String.fromCodePoint(byte)).join(''));
const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const camera = ({ width, height }: Settings): Promise<MediaStream> =>
  navigator.mediaDevices.getUserMedia({ video: { width, height, frameRate: 30 }, audio: true });

/** Hands chunks over one after the other, with the time at which each came. */
const createHandover = () => {
  const started = performance.now();
  let last: Promise<unknown> = Promise.resolve();
  return {
    add: (bytes: () => Promise<Uint8Array> | Uint8Array): void => {
      const atMs = performance.now() - started;
      last = last.then(async () => window.chunk(atMs, base64(await bytes())));
    },
    done: (): Promise<unknown> => last,
  };
};

/** What any page does: `MediaRecorder.start(250)`; answers with the type that the recorder really used. */
export const fromRecorder = async (settings: Settings): Promise<string> => {
  const { mimeType, seconds, kbps, chunkMs, keyFrameMs } = settings;
  // TypeScript's library does not know the last member yet.
  const options: MediaRecorderOptions & { videoKeyFrameIntervalDuration: number } = {
    mimeType,
    videoBitsPerSecond: kbps * 1000,
    videoKeyFrameIntervalDuration: keyFrameMs,
  };
  const recorder = new MediaRecorder(await camera(settings), options);
  const handover = createHandover();
  recorder.addEventListener('dataavailable', ({ data }) =>
    handover.add(async () => new Uint8Array(await data.arrayBuffer())),
  );
  const stopped = new Promise((resolve) => {
    recorder.addEventListener('stop', resolve);
  });
  recorder.start(chunkMs);
  await later(seconds * 1000);
  recorder.stop();
  await stopped;
  await handover.done();
  return recorder.mimeType;
};

const isVideo = (track: MediaStreamTrack): track is MediaStreamVideoTrack => track.kind === 'video';
const isAudio = (track: MediaStreamTrack): track is MediaStreamAudioTrack => track.kind === 'audio';
const trackOf = <Kind extends MediaStreamTrack>(
  stream: MediaStream,
  isOfKind: (track: MediaStreamTrack) => track is Kind,
): Kind => {
  const track = stream.getTracks().find(isOfKind);
  if (track === undefined) throw new Error('the camera has no such track');
  return track;
};

/** Rung 1: WebCodecs H.264 and AAC, the latter in WASM where the browser has none, in append-only Matroska. */
export const fromWebCodecs = async (settings: Settings): Promise<string> => {
  const bunny = await import('mediabunny');
  const aac = await import('@mediabunny/aac-encoder');
  if (!(await bunny.canEncodeAudio('aac'))) aac.registerAacEncoder();
  const stream = await camera(settings);
  const handover = createHandover();
  let pending: Uint8Array[] = [];
  const flush = (): void => {
    const whole = Uint8Array.from(pending.flatMap((piece) => [...piece]));
    pending = [];
    if (whole.length > 0) handover.add(() => whole);
  };
  const output = new bunny.Output({
    format: new bunny.MkvOutputFormat({ appendOnly: true, minimumClusterDuration: 0.1 }),
    target: new bunny.StreamTarget(new WritableStream({ write: ({ data }) => void pending.push(data.slice()) })),
  });
  output.addVideoTrack(
    new bunny.MediaStreamVideoTrackSource(trackOf(stream, isVideo), {
      codec: 'avc',
      bitrate: settings.kbps * 1000,
      keyFrameInterval: 2,
      latencyMode: 'realtime',
    }),
  );
  output.addAudioTrack(
    new bunny.MediaStreamAudioTrackSource(trackOf(stream, isAudio), {
      codec: 'aac',
      bitrate: 64_000,
    }),
  );
  await output.start();
  const timer = setInterval(flush, settings.chunkMs);
  await later(settings.seconds * 1000);
  clearInterval(timer);
  await output.finalize();
  flush();
  await handover.done();
  return output.getMimeType();
};
