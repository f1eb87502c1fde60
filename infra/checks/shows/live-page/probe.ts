import { ClientMessage, decodeFrame, ServerMessage } from '#wire';
import type { Seen } from './seen.ts';

/** Runs in the broadcast's worker, before its own code. Observes encoder and sockets, and changes neither. */
const channel = new BroadcastChannel('probe');
const tell = (seen: Seen): void => channel.postMessage(seen);
const now = (): number => performance.timeOrigin + performance.now();

class ObservedSocket extends WebSocket {
  #streamBytes = 0;

  constructor(url: string | URL, protocols?: string | string[]) {
    super(url, protocols);
    tell({ what: 'attempt', atMs: now() });
    this.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      if (ServerMessage.parse(JSON.parse(String(data))).type !== 'welcome') return;
      tell({ what: 'welcome', atMs: now(), streamBytes: this.#streamBytes });
    });
  }

  override send(message: string | Uint8Array<ArrayBuffer>): void {
    if (typeof message === 'string') {
      const said = ClientMessage.parse(JSON.parse(message));
      if (said.type === 'resume') this.#streamBytes = said.haveTo;
      if (said.type === 'stop') tell({ what: 'stop', at: said.at });
    } else {
      const frame = decodeFrame(message);
      if (frame) tell({ what: 'piece', offset: frame.offset, bytes: frame.payload.slice() });
    }
    super.send(message);
  }
}
Object.assign(globalThis, { WebSocket: ObservedSocket });

let encoders = 0;
class ObservedEncoder extends VideoEncoder {
  #flushed = false;

  constructor({ output, error }: VideoEncoderInit) {
    const encoder = ++encoders;
    let pictures = 0;
    super({
      output: (chunk, metadata) => {
        // The app's own first flush is after a picture that warms the encoder up and that nobody is to see.
        if (this.#flushed) tell({ what: 'picture', encoder, pictures: ++pictures });
        output(chunk, metadata);
      },
      error,
    });
  }

  override async flush(): Promise<void> {
    await super.flush();
    this.#flushed = true;
  }
}
Object.assign(globalThis, { VideoEncoder: ObservedEncoder });
