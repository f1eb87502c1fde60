/** Sees what the encoder gives and what the sockets are told, and changes neither; it runs in the broadcast's worker. */
export type Told =
  | { what: 'piece'; offset: number; bytes: Uint8Array<ArrayBuffer> }
  | { what: 'picture'; encoder: number; pictures: number }
  | { what: 'attempt'; atMs: number }
  | { what: 'welcome'; atMs: number; recordedBytes: number }
  | { what: 'stop'; at: number };

const channel = new BroadcastChannel('probe');
const now = (): number => performance.timeOrigin + performance.now();
const tell = (told: Told): void => channel.postMessage(told);

const HEADER_BYTES = 16;
type Data = Parameters<WebSocket['send']>[0];

const bytesOf = (data: ArrayBufferLike | ArrayBufferView): Uint8Array<ArrayBuffer> =>
  ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice()
    : new Uint8Array(data).slice();

self.WebSocket = class extends WebSocket {
  /** How much of the recording there was when it was opened. */
  recordedBytes = 0;

  constructor(url: string | URL, protocols?: string | string[]) {
    super(url, protocols);
    tell({ what: 'attempt', atMs: now() });
    this.addEventListener('message', ({ data }: MessageEvent<string>) => {
      if (JSON.parse(data).type === 'welcome')
        tell({ what: 'welcome', atMs: now(), recordedBytes: this.recordedBytes });
    });
  }

  override send(data: Data): void {
    this.#note(data);
    super.send(data);
  }

  #note(data: Data): void {
    if (typeof data === 'string') {
      const said = JSON.parse(data);
      if (said.type === 'resume') this.recordedBytes = said.haveTo;
      if (said.type === 'stop') tell({ what: 'stop', at: said.at });
      return;
    }
    if (data instanceof Blob) return;
    const bytes = bytesOf(data);
    tell({
      what: 'piece',
      offset: Number(new DataView(bytes.buffer).getBigUint64(8)),
      bytes: bytes.slice(HEADER_BYTES),
    });
  }
};

let encoders = 0;
if ('VideoEncoder' in self)
  self.VideoEncoder = class extends VideoEncoder {
    readonly #seen: { flushed: boolean };

    constructor({ output, error }: VideoEncoderInit) {
      const encoder = ++encoders;
      const seen = { flushed: false, pictures: 0 };
      super({
        output: (chunk, metadata) => {
          // The app's own first flush is after a picture that warms the encoder up and that nobody is to see.
          if (seen.flushed) tell({ what: 'picture', encoder, pictures: ++seen.pictures });
          output(chunk, metadata);
        },
        error,
      });
      this.#seen = seen;
    }

    override async flush(): Promise<void> {
      await super.flush();
      this.#seen.flushed = true;
    }
  };
