/** What the client of the wire holds itself to; units in the names. */
export const CLIENT_LIMITS = {
  /** What is appended within it goes in one message: to a worker a message costs more than the bytes in it. */
  gatherMs: 100,
  /** What the ring may hold, whatever time that is: three minutes of a camera, hours of slides. */
  ringBytes: 64 * 1024 * 1024,
  /** Marks on a socket's own buffer: stop feeding it above the first, go on below the second. */
  bufferedHighBytes: 5 * 1024 * 1024,
  bufferedLowBytes: 1 * 1024 * 1024,
  bufferedPollMs: 50,
  /** A socket that takes nothing for this long is passed by with a second one. */
  stallMs: 3_000,
  stallPollMs: 250,
  /** A worker tells its health every second: where nothing was heard for so long, the line is dead, whatever the system takes for it. */
  unheardMs: 5_000,
  /** The same where this machine stood still, or the network has changed. */
  doubtMs: 1_500,
  /** A line that has stood still for so long is dead, or will be: another one is dialled at once, and the old one kept until it is there. */
  deadStillMs: 10_000,
  /** From dialling to `welcome`. */
  dialMs: 10_000,
  /** A show that has never begun is given up after so many attempts. */
  firstAttempts: 14,
  /** It is also given up after so long: what is blocked on the way may leave each attempt without an answer until `dialMs`. */
  firstMs: 35_000,
  /** A show that was on the air is given up after so long without a connection. */
  giveUpMs: 10 * 60_000,
  /** How many times in a row a refused key is worth asking for another one. */
  keyRefusals: 3,
  /** From End to all bytes published; counts anew with every byte that the worker takes. */
  endMs: 20_000,
} as const;

export type ClientLimits = Record<keyof typeof CLIENT_LIMITS, number>;
