/** Of what the browser would still give us: as much again is needed to make a file of it, and the show's own ring has its share. */
const SHARE = 0.2;
/** Less is not worth a word: ten minutes of the smallest picture. */
const LEAST_BYTES = 64 * 1024 * 1024;

/** How many bytes of a show's recording may stay on this device; 0 where there is no room for one. */
export const roomToKeep = ({ quota = 0, usage = 0 }: StorageEstimate): number => {
  const bytes = Math.floor((quota - usage) * SHARE);
  return bytes < LEAST_BYTES ? 0 : bytes;
};

/** How long a recording of this bitrate that room holds, in milliseconds. */
export const lengthOf = (bytes: number, kbps: number): number => (bytes * 8) / kbps;
