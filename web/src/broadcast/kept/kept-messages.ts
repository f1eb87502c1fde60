/** What the page asks of the worker that makes a file of a recording: the folder that it is in, and how much of it there is. */
export type ToMaker = { name: string; bytes: number };

export type FromMaker =
  | { type: 'progress'; share: number }
  | { type: 'made'; file: Blob; extension: 'mp4' | 'webm' }
  | { type: 'failed'; because: string };
