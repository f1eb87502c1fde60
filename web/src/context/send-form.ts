type Form = { url: string; fields: Record<string, string> };
type Sending = {
  /** Between 0 and 1. */
  onProgress: (part: number) => void;
  signal: AbortSignal;
  /** @default a new one */
  request?: XMLHttpRequest;
};

/** Why a file did not arrive: the store would not have it, or the connection did not carry it. */
export type SendOutcome = { sent: true } | { sent: false; because: 'refused' | 'too-large' | 'broken' | 'cancelled' };

/** After this long without a byte the connection is taken as gone, though nobody says so. */
const SILENT_MS = 30_000;

/** Sends a file with a signed form, as S3 wants it: all fields in their order, then the file. `fetch` tells of no progress. */
export const sendForm = (
  { url, fields }: Form,
  file: File,
  { onProgress, signal, request = new XMLHttpRequest() }: Sending,
): Promise<SendOutcome> =>
  new Promise((settle) => {
    const body = new FormData();
    for (const [name, value] of Object.entries(fields)) body.append(name, value);
    body.append('file', file);

    let timer: ReturnType<typeof setTimeout> | undefined;
    const finish = (outcome: SendOutcome) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', cancel);
      settle(outcome);
    };
    const cancel = () => {
      finish({ sent: false, because: 'cancelled' });
      request.abort();
    };
    const alive = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        finish({ sent: false, because: 'broken' });
        request.abort();
      }, SILENT_MS);
    };

    request.upload.addEventListener('progress', ({ loaded, total, lengthComputable }) => {
      alive();
      if (lengthComputable) onProgress(loaded / total);
    });
    request.addEventListener('load', () => finish(outcomeOf(request)));
    request.addEventListener('error', () => finish({ sent: false, because: 'broken' }));
    signal.addEventListener('abort', cancel);
    if (signal.aborted) return cancel();
    request.open('POST', url);
    request.send(body);
    alive();
  });

const outcomeOf = ({ status, responseText }: XMLHttpRequest): SendOutcome => {
  if (status >= 200 && status < 300) return { sent: true };
  if (responseText.includes('<Code>EntityTooLarge</Code>')) return { sent: false, because: 'too-large' };
  return { sent: false, because: status >= 500 || status === 0 ? 'broken' : 'refused' };
};
