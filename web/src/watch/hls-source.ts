// oxlint-disable-next-line import/no-named-as-default -- its types know the class only as the default
import Hls, { ErrorTypes, Events, type ErrorData } from 'hls.js';
import workerUrl from 'hls.js/dist/hls.worker.js?url';
import { addressesIn, renewedAddresses, withTokenOf } from './addresses.ts';

/** How the picture reaches the `video` element. */
export type Attached = {
  /** Goes on with another address of the same picture: a signed one is good for a while only. */
  renew: (url: string) => void;
  /** Jumps to what is on the air now; nothing where it is there already. */
  toLiveEdge: () => void;
  /** How far behind the edge the picture is; 0 where that is not known. */
  behindSeconds: () => number;
  /** Keeps to the rendition of so many lines; null leaves the choice to the connection. */
  setQuality: (lines: number | null) => void;
  detach: () => void;
};

type Options = {
  video: HTMLVideoElement;
  url: string;
  live: boolean;
  /** Where to begin, in seconds from its beginning; without it at the live edge, or the beginning. */
  startAt?: number | undefined;
  /** As for `setQuality`, from the first picture on. */
  quality: number | null;
  /** The renditions that there are, in lines, the best first; none where the browser chooses by itself. */
  onQualities: (lines: number[]) => void;
  /** True while the picture cannot be had and is being tried for again. */
  onTrouble: (trouble: boolean) => void;
  /** The address itself was refused (an expired token): another is needed. */
  onRefused: () => void;
};

const NATIVE_HLS = 'application/vnd.apple.mpegurl';
const RETRY_FIRST_MS = 1_000;
const RETRY_MAX_MS = 10_000;
const BACK_BUFFER_SECONDS = 30;
const LIVE_SYNC_SEGMENTS = 3;
const MEDIA_RECOVERIES = 2;

/** Plays an HLS address on a `video`, by Media Source where the browser has it, else by the browser's own HLS. */
export const attachHls = (options: Options): Attached =>
  // oxlint-disable-next-line import/no-named-as-default-member -- as above
  Hls.isSupported() ? attachByMediaSource(options) : attachNatively(options);

const attachByMediaSource = (options: Options): Attached => {
  const { video, live, startAt, onQualities, onTrouble, onRefused } = options;
  let { url, quality } = options;
  let detached = false;
  let refused = false;
  /** In a row, with no picture between them. */
  let refusals = 0;
  /** What the playlist led to that is played, and by which address each of these is asked for now. */
  let played: readonly string[] = [];
  let current: ReadonlyMap<string, string> = new Map();
  let hls = startHls();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let recoveries = 0;

  function startHls() {
    const made = new Hls({
      workerPath: workerUrl,
      lowLatencyMode: false,
      liveSyncDurationCount: LIVE_SYNC_SEGMENTS,
      backBufferLength: BACK_BUFFER_SECONDS,
      ...(startAt !== undefined && { startPosition: startAt }),
      // a playlist that is loaded again keeps the address that it had at first, signed for that time
      xhrSetup: (request, asked) => {
        const renewed = withTokenOf(current.get(asked) ?? asked, url);
        if (renewed !== asked) request.open('GET', renewed, true);
      },
    });
    made.on(Events.MANIFEST_LOADED, (_event, loaded) => {
      const request: unknown = loaded.networkDetails;
      played = request instanceof XMLHttpRequest ? addressesIn(request.responseText, loaded.url) : [];
      current = new Map();
    });
    made.on(Events.MANIFEST_PARSED, (_event, { levels }) => {
      onQualities([...new Set(levels.map(({ height }) => height))].filter((lines) => lines > 0).sort((a, b) => b - a));
      if (quality !== null) made.nextLevel = levelOf(made, quality);
    });
    made.on(Events.ERROR, (_event, error) => failed(error));
    made.on(Events.FRAG_BUFFERED, () => {
      failures = 0;
      refusals = 0;
      onTrouble(false);
    });
    made.loadSource(url);
    made.attachMedia(video);
    return made;
  }

  const failed = ({ fatal, type, response }: ErrorData) => {
    if (!fatal) return;
    if (response?.code === 401 || response?.code === 403) {
      refused = true;
      refusals += 1;
      if (refusals === 1) onRefused();
      else later(onRefused);
    } else if (type === ErrorTypes.MEDIA_ERROR && recoveries < MEDIA_RECOVERIES) {
      recoveries += 1;
      hls.recoverMediaError();
    } else {
      onTrouble(true);
      later(restart);
    }
  };

  const later = (again: () => void) => {
    clearTimeout(timer);
    timer = setTimeout(again, Math.min(RETRY_FIRST_MS * 2 ** failures, RETRY_MAX_MS));
    failures += 1;
  };

  /** Renditions have addresses of their own, which the playlist of the new address tells. */
  const renewRenditions = async (): Promise<void> => {
    const [of, from] = [played, url];
    const answer = await fetch(from);
    const renewed = answer.ok ? renewedAddresses(of, addressesIn(await answer.text(), answer.url)) : undefined;
    if (renewed && of === played) current = renewed;
  };

  const goOn = (): void => {
    if (detached) return;
    // the picture that is there already goes on meanwhile
    if (refusals === 1 && hls.levels.length > 0) hls.startLoad();
    else restart();
  };

  // A fresh start rather than startLoad(): a playlist that vanished and came back begins anew.
  const restart = () => {
    const at = video.currentTime;
    hls.destroy();
    recoveries = 0;
    hls = startHls();
    if (!live && at > 0) hls.once(Events.MANIFEST_PARSED, () => (video.currentTime = at));
    void video.play().catch(() => {});
  };

  return {
    renew(other) {
      url = other;
      const wasRefused = refused;
      refused = false;
      renewRenditions()
        // they are refused at their end, and another address is asked for then
        .catch(() => undefined)
        .finally(() => wasRefused && goOn());
    },
    toLiveEdge() {
      if (hls.liveSyncPosition !== null) video.currentTime = hls.liveSyncPosition;
    },
    behindSeconds: () => (hls.liveSyncPosition === null ? 0 : Math.max(0, hls.liveSyncPosition - video.currentTime)),
    setQuality(lines) {
      quality = lines;
      hls.nextLevel = lines === null ? -1 : levelOf(hls, lines);
    },
    detach() {
      detached = true;
      clearTimeout(timer);
      hls.destroy();
    },
  };
};

/** The best rendition of so many lines, by its number; -1, which is any, where there is none. */
const levelOf = ({ levels }: Hls, lines: number): number => levels.findLastIndex(({ height }) => height === lines);

const attachNatively = ({ video, url: first, startAt, onQualities, onTrouble }: Options): Attached => {
  let url = first;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  const failed = () => {
    onTrouble(true);
    clearTimeout(timer);
    timer = setTimeout(load, Math.min(RETRY_FIRST_MS * 2 ** failures, RETRY_MAX_MS));
    failures += 1;
  };
  const load = () => {
    video.src = url;
    void video.play().catch(() => {});
  };
  const loaded = () => {
    if (startAt !== undefined && video.currentTime === 0) video.currentTime = startAt;
    failures = 0;
    onTrouble(false);
  };
  onQualities([]);
  const edge = () => (video.seekable.length > 0 ? video.seekable.end(video.seekable.length - 1) : undefined);
  if (video.canPlayType(NATIVE_HLS)) {
    video.addEventListener('error', failed);
    video.addEventListener('loadeddata', loaded);
    load();
  } else onTrouble(true);
  return {
    // the browser's own player cannot be told: it begins anew with it when the old one is refused
    renew(other) {
      url = other;
    },
    toLiveEdge() {
      const at = edge();
      if (at !== undefined) video.currentTime = at;
    },
    // Safari keeps its own distance from the edge, which is not told.
    behindSeconds: () => 0,
    // and chooses the rendition by itself
    setQuality() {},
    detach() {
      clearTimeout(timer);
      video.removeEventListener('error', failed);
      video.removeEventListener('loadeddata', loaded);
      video.removeAttribute('src');
      video.load();
    },
  };
};
