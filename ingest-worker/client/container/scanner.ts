import type { Container } from '#wire';
import { createMatroskaScanner } from './matroska.ts';
import { createMp4Scanner } from './mp4.ts';
import type { Scanner } from './pieces.ts';

/** The scanner for what an encoder writes; the same rules find a place to cut the stream that the ingest worker applies. */
export const createScanner = (container: Container): Scanner =>
  container === 'mp4' ? createMp4Scanner() : createMatroskaScanner();
