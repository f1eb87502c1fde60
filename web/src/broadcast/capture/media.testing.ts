/** A track as a browser gives it, without the picture. */
export class FakeTrack extends EventTarget {
  readonly kind: 'audio' | 'video';
  readonly #deviceId: string;
  readyState: 'live' | 'ended' = 'live';
  contentHint = '';
  constructor(kind: 'audio' | 'video', deviceId: string) {
    super();
    this.kind = kind;
    this.#deviceId = deviceId;
  }
  /** On a platform that blurs what is behind a person, whether it does. */
  backgroundBlur: boolean | undefined;
  getCapabilities() {
    return this.backgroundBlur === undefined ? {} : { backgroundBlur: [false, true] };
  }
  /** Of a screen: what of it is shared; of its sound: whether this page is left out of it. */
  sharing: { displaySurface?: string; restrictOwnAudio?: boolean } = {};
  getSettings() {
    return {
      deviceId: this.#deviceId,
      ...this.sharing,
      ...(this.backgroundBlur !== undefined && { backgroundBlur: this.backgroundBlur }),
    };
  }
  constraints: { backgroundBlur?: { ideal: boolean } } | undefined;
  async applyConstraints(constraints: { backgroundBlur?: { ideal: boolean } }) {
    this.constraints = constraints;
    if (this.backgroundBlur !== undefined) this.backgroundBlur = constraints.backgroundBlur?.ideal ?? false;
  }
  stop() {
    this.readyState = 'ended';
  }
  /** Unplugged: ends by itself, and says so. */
  unplug() {
    this.stop();
    this.dispatchEvent(new Event('ended'));
  }
}

type Asked = { deviceId?: { exact?: string; ideal?: string } } | undefined;

/** The machine's devices, which a test may take away, occupy or forbid. */
export const createFakeMedia = () => {
  const machine = {
    cameras: ['cam-1', 'cam-2'],
    microphones: ['mic-1', 'mic-2'],
    forbidden: false,
    /** The platform can blur what is behind a person. */
    blurs: false,
    /** What the person shares of the screen, and whether the browser can leave the page's own sound out of that. */
    surface: 'monitor',
    restrictsOwnAudio: false,
    busy: new Set<string>(),
    tracks: [] as FakeTrack[],
    asked: [] as MediaStreamConstraints[],
  };
  const open = (kind: 'audio' | 'video', ids: string[], asked: Asked) => {
    const exact = asked?.deviceId?.exact;
    const wanted = exact ?? asked?.deviceId?.ideal;
    const id = wanted !== undefined && ids.includes(wanted) ? wanted : exact === undefined ? ids[0] : undefined;
    if (id === undefined)
      throw new DOMException('none', exact === undefined ? 'NotFoundError' : 'OverconstrainedError');
    if (machine.busy.has(id)) throw new DOMException('busy', 'NotReadableError');
    const track = new FakeTrack(kind, id);
    if (kind === 'video' && machine.blurs) track.backgroundBlur = false;
    machine.tracks.push(track);
    return track;
  };
  const streamOf = (tracks: FakeTrack[]) => ({
    getTracks: () => tracks,
    getVideoTracks: () => tracks.filter(({ kind }) => kind === 'video'),
    getAudioTracks: () => tracks.filter(({ kind }) => kind === 'audio'),
  });
  const media = Object.assign(new EventTarget(), {
    getUserMedia: async (constraints: { video?: Asked; audio?: Asked }) => {
      machine.asked.push(constraints as MediaStreamConstraints);
      if (machine.forbidden) throw new DOMException('no', 'NotAllowedError');
      return streamOf([
        ...(constraints.video ? [open('video', machine.cameras, constraints.video)] : []),
        ...(constraints.audio ? [open('audio', machine.microphones, constraints.audio)] : []),
      ]);
    },
    getDisplayMedia: async () => {
      if (machine.forbidden) throw new DOMException('no', 'NotAllowedError');
      const [screen, sound] = [open('video', ['screen-1'], undefined), open('audio', ['screen-sound'], undefined)];
      screen.sharing = { displaySurface: machine.surface };
      if (machine.restrictsOwnAudio) sound.sharing = { restrictOwnAudio: true };
      return streamOf([screen, sound]);
    },
    enumerateDevices: async () => [
      ...machine.cameras.map((deviceId) => ({ deviceId, kind: 'videoinput', label: `Camera ${deviceId}` })),
      ...machine.microphones.map((deviceId) => ({ deviceId, kind: 'audioinput', label: '' })),
    ],
  });
  return { machine, media: media as unknown as MediaDevices };
};
