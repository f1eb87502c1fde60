// @ts-nocheck -- runs in a browser, in the broadcast's worker and before the broadcast's own code.
/** Sees what the encoder gives and what the sockets are told, and changes neither. */
const channel = new BroadcastChannel('probe');
const now = () => performance.timeOrigin + performance.now();
const tell = (what, facts) => channel.postMessage({ what, ...facts });

const HEADER_BYTES = 16;
const note = (socket, message) => {
  if (typeof message === 'string') {
    const said = JSON.parse(message);
    if (said.type === 'resume') socket.recordedBytes = said.haveTo;
    if (said.type === 'stop') tell('stops', { at: said.at });
    return;
  }
  const bytes = new Uint8Array(message.buffer ?? message, message.byteOffset ?? 0, message.byteLength);
  const header = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES);
  tell('piece', { offset: Number(header.getBigUint64(8)), bytes: bytes.slice(HEADER_BYTES) });
};

self.WebSocket = class extends WebSocket {
  /** So much of the recording there was when it was opened. */
  recordedBytes = 0;

  constructor(...parts) {
    super(...parts);
    tell('attempts', { atMs: now() });
    this.addEventListener('message', ({ data }) => {
      const said = JSON.parse(data);
      if (said.type === 'welcome') tell('welcomes', { atMs: now(), recordedBytes: this.recordedBytes });
    });
  }

  send(message) {
    note(this, message);
    super.send(message);
  }
};

let encoders = 0;
if (self.VideoEncoder)
  self.VideoEncoder = class extends VideoEncoder {
    pictures = 0;
    flushed = false;

    constructor({ output, error }) {
      const encoder = ++encoders;
      super({
        output: (chunk, metadata) => {
          // The app's own first flush is after a picture that warms the encoder up and that nobody is to see.
          if (this.flushed) tell('picture', { encoder, pictures: ++this.pictures });
          output(chunk, metadata);
        },
        error,
      });
    }

    async flush() {
      await super.flush();
      this.flushed = true;
    }
  };
