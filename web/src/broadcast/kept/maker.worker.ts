import { belongsInMp4, toMp4 } from './to-mp4.ts';
import { KEPT_FILE, MADE_FILE, KEPT_SHOWS } from '../ingest/kept-shows.ts';
import type { FromMaker, ToMaker } from './kept-messages.ts';

const post = (message: FromMaker) => self.postMessage(message);

const make = async ({ name, bytes }: ToMaker): Promise<void> => {
  const shows = await (await navigator.storage.getDirectory()).getDirectoryHandle(KEPT_SHOWS);
  const folder = await shows.getDirectoryHandle(name);
  const media = await (await folder.getFileHandle(KEPT_FILE)).getFile();
  const recording = media.slice(0, bytes);
  if (!(await belongsInMp4(recording))) return post({ type: 'made', file: recording, extension: 'webm' });
  const made = await folder.getFileHandle(MADE_FILE, { create: true });
  const file = await made.createSyncAccessHandle();
  try {
    file.truncate(0);
    const write = ({ data, position }: { data: Uint8Array; position: number }) => {
      if (file.write(data, { at: position }) < data.byteLength) throw new Error('the disk is full');
    };
    await toMp4(recording, write, (share) => post({ type: 'progress', share }));
    file.flush();
  } finally {
    file.close();
  }
  post({ type: 'made', file: await made.getFile(), extension: 'mp4' });
};

self.addEventListener('message', ({ data }: MessageEvent<ToMaker>) => {
  make(data).catch((error: unknown) => post({ type: 'failed', because: String(error) }));
});
