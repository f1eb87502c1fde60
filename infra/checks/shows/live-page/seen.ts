/** What the probe in the broadcast's worker tells the page, over `BroadcastChannel('probe')`. Times are of the wall clock, in ms. */
export type Seen =
  | { what: 'attempt'; atMs: number }
  /** `streamBytes`: how long the container stream was when this socket was opened. */
  | { what: 'welcome'; atMs: number; streamBytes: number }
  | { what: 'piece'; offset: number; bytes: Uint8Array<ArrayBuffer> }
  | { what: 'stop'; at: number }
  /** The encoder of this number has given so many pictures. */
  | { what: 'picture'; encoder: number; pictures: number };
