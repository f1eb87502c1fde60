/**
 * Everything that a peer could otherwise grow without end (SPEC §L). Each has a rule there and a test on both sides of it.
 */
export const LIMITS = {
  /** One media message's payload: a two-second GOP at 6 Mb/s is 1.5 MB, twice over and room to spare. */
  frameBytes: 4 * 1024 * 1024,
  /** In how many pieces the network may bring what is unfinished of a message: the largest that is taken, in 256 B each. */
  messagePieces: 16 * 1024,
  /** Of how many frames a message may be put together; browsers cut theirs into some of 64 KB and more. */
  messageFragments: 4 * 1024,
  /** One control message. */
  textBytes: 16 * 1024,
  /** What a client may have on its way that `received` has not told yet. */
  windowBytes: 4 * 1024 * 1024,
  /** Media kept since the last committed key frame, whatever time that is; beyond it the window stays shut. */
  ringBytes: 16 * 1024 * 1024,
  /** Encoded media kept since the last acknowledged key frame, for the next RTMP connection; whatever time that is. */
  tagBytes: 16 * 1024 * 1024,
  /** A tag counts as so many bytes more than its media, which is what an object with a buffer of its own takes: tiny ones are held, too. */
  tagCostBytes: 192,
  /** How many of them are sent before everything else has its turn. */
  tagsATurn: 2_048,
  /** A plain client that has been held back this long loses its show with `too-slow`. */
  heldBackMs: 30_000,

  /** From the upgrade to `hello` or `resume`. */
  helloMs: 5_000,
  /** A socket from which nothing came, media or pong. */
  idleMs: 30_000,
  /** From the first byte, or from the welcome, to the first key frame. */
  firstPictureMs: 20_000,
  pingMs: 15_000,
  /** How long a feed waits for its client to come back, which tries for ten minutes, or for one that is there to send media. */
  awayMs: 11 * 60_000,
  /** After how long without a byte a feed with sound has lost its client, whatever its socket says. */
  silentMs: 2_500,
  showMs: 12 * 60 * 60 * 1000,
  /** From `stop` to the last tag published, and how long of it may pass without any. */
  drainMs: 90_000,
  drainStuckMs: 20_000,
  /** From SIGTERM until what is left is cut off; the process then ends within 110 s, and ECS kills at 120 s. */
  exitMs: 98_000,
  /** Over how long the sessions of a leaving worker are asked to move, at most. */
  migrateSpreadMs: 10_000,
  /** How much of that time each session adds, so that few sessions are asked sooner. */
  migrateEachMs: 100,
  /** How long a session that leaves waits for the end of a GOP: none is then sent twice. */
  leaveAtGopMs: 3_000,

  /** What a page may send in all to learn what its network carries. */
  trialBytes: 2 * 1024 * 1024,
  /** The smallest message of such a trial. */
  trialMessageBytes: 16 * 1024,
  /** How long a trial may last. */
  trialMs: 6_000,
  /** How long one is left alone where others wait: a page sends for 2.5 s. */
  trialShareMs: 3_500,
  /** Trials at a time in one worker. */
  trials: 20,

  sessions: 400,
  handshakesPerMinute: 120,
  /** Connections that are no web sockets (yet); one more cuts the oldest. */
  waitingConnections: 2_000,
  /** From a connection to the end of its request's headers, and from one request to the next. */
  requestMs: 10_000,
  /** How long a worker says that it is not ready after its table has not answered. */
  unreadyMs: 10_000,
  /** A client may send this many times its declared bitrate, as it does when it recovers from a drop. */
  rateFactor: 4,
  /** Every client may send this much, whatever it declares. */
  rateFloorKbps: 2_000,
  /** The head start that a client may use up before its rate is held to: the ring of one that was away for a minute. */
  rateBurstBytes: 32 * 1024 * 1024,
  /** A message counts as at least this many bytes: tiny ones cost work, too. */
  messageCostBytes: 512,
  /** An element of a container, or a sample in it, counts as at least this many bytes. */
  elementCostBytes: 256,
  /** How many texts, pings and pongs a socket may send at once, and one more every `controlEveryMs`. */
  controlMessages: 60,
  controlEveryMs: 500,
  /** Lines that a feed may have logged at once, and one more every `logEveryMs`. */
  logLines: 100,
  logEveryMs: 1_000,
  /** How long what clients have sent is worked on before everything else has its turn. */
  turnMs: 10,
  /** How much of it is worked on between two looks at the clock: a megabyte that is dearest to read takes a second of a busy machine. */
  pieceBytes: 16 * 1024,
  /** How far a recording's clock may be ahead of the time since its feed began. */
  clockLeadMs: 15 * 60 * 1000,
  /** What a plain client, which declares nothing, is taken to send. */
  plainKbps: 6_000,

  /** Elements of one list that is read as a whole (tracks, a fragment's table of contents). */
  containerChildren: 256,
  /** Bytes before the first cluster or fragment. */
  initBytes: 1024 * 1024,
  /** One block, fragment header or sample table entry; a key frame of 4K is about 1 MB. */
  elementBytes: 16 * 1024 * 1024,
  /** Bytes that may come before the first key frame: until then nothing can be decoded. */
  firstKeyFrameBytes: 8 * 1024 * 1024,
  /** Units of one picture of H.264; a slice for each row of macroblocks of the tallest one are 512. */
  pictureUnits: 16 * 1024,
  /** Samples that one MP4 fragment may describe: minutes of sound. */
  fragmentSamples: 32_768,
  /** Width or height of a picture, and both together: a screen of 5120×2880, or two of 4K side by side. */
  pictureSide: 8_192,
  picturePixels: 4_096 * 4_096,
  /** Beyond it hardware does not decode H.264: what is larger is made smaller. */
  shownSide: 4_096,
  /** The latest presentation time that a recording may have. */
  mediaClockMs: 13 * 60 * 60 * 1000,

  /** The first restart of FFmpeg after this much health does not wait. */
  healthyMs: 10_000,
  restartWaitsMs: [1_000, 2_000, 3_000],
  /** How long FFmpeg may have input and make nothing before it hangs. */
  encoderStallMs: 8_000,
  /** How many times as long it may where it has used the processor all the while. */
  encoderSlowFactor: 5,
  /** Grace from its last sign of life after the end of input to SIGINT, and from there to SIGKILL. */
  encoderEndMs: 5_000,
  encoderInterruptMs: 2_000,
  encoderMemoryBytes: 768 * 1024 * 1024,
  /** How far an encoder gives way: all to the sockets, and a transcode, which takes what there is, to those that take little. */
  encoderNice: { copy: 1, 'copy-video': 1, transcode: 8 },

  /** How long a server is tried that has never taken the show. */
  upstreamFirstMs: 60_000,
  /** How long one is tried that has taken it. Client and worker hold by bytes what is recorded meanwhile. */
  upstreamWindowMs: 10 * 60_000,
  /** After how long a connection upstream was not refused: servers that refuse a key without a word end it at once. */
  keyTakenMs: 2_000,

  /** A feed that was replaced publishes what it has received for no longer than this, less than Mux's reconnect window. */
  takeoverMs: 50_000,
  leaseTtlMs: 6_000,
  leaseRenewMs: 2_000,
  /** After how long without a renewal the worker stops publishing of itself, well before anyone else may begin. */
  leaseFenceMs: 4_000,

  /** Pulse of a session: `received` is told, and time-outs are looked at, this often. */
  pulseMs: 200,
  /** Pulses that lie further apart than this: the process stood still. */
  pausedMs: 1_500,
  healthEveryMs: 1_000,
  emfEveryMs: 20_000,
  protectEveryMs: 5_000,
  /** How often a task looks whether ECS stops it, and one that is protected whether a newer deployment waits for it. */
  taskEveryMs: 2_000,
  deploymentEveryMs: 15_000,

  /**
   * What the worker itself holds, each session, and each unit of load of it. Measured (bench/RESULTS.md): 4.4 MB of a copied session
   * whose server acknowledges promptly, 25 MB with an FFmpeg that encodes sound, 95 MB with one that encodes the picture.
   */
  workerBytes: 256 * 1024 * 1024,
  sessionBytes: 16 * 1024 * 1024,
  unitBytes: 2.5 * 1024 * 1024,
  /** Of the memory that there is; the rest is the system's, and for shows that hold more than usual. */
  memoryShare: 0.9,
} as const;

/**
 * Cores of a session at 720p30 and 2.3 Mb/s, socket to RTMPS, as `npm run bench -- --only cpu` measures them (bench/RESULTS.md); of a
 * transcode up to 1080p at 30 pictures a second.
 */
export const SESSION_CORES = { copy: 0.0109, 'copy-video': 0.0379, transcode: 0.396 } as const;
/** How much of a core may be taken: a drained backlog, a restart and the system want the rest. */
const SHARE_OF_CORE = 0.7;

const unitsOf = (cores: number): number => Math.ceil(cores / SESSION_CORES.copy);
/** Cost of a session in the units of admission: what a copied one takes. */
export const LOAD_UNITS = {
  copy: 1,
  'copy-video': unitsOf(SESSION_CORES['copy-video']),
  transcode: unitsOf(SESSION_CORES.transcode),
} as const;
/** Cores beyond that: of each million pixels more that a transcode decodes, and of each Mb/s more that is carried as it came. */
const MORE_CORES = { perMillionPixels: 0.112, perMbps: 0.0013 } as const;
/** The same in units: a transcode pays for its pixels and for twice as many pictures; what is copied pays one for each `unitKbps`. */
export const MORE_LOAD = {
  fromPixels: 1_920 * 1_088,
  perMillionPixels: MORE_CORES.perMillionPixels / SESSION_CORES.copy,
  fastFactor: 1.8,
  fromKbps: 2_800,
  unitKbps: Math.floor((SESSION_CORES.copy / MORE_CORES.perMbps) * 1_000),
} as const;

/** The units that one core carries. A worker's sockets, rings and RTMPS share one thread: it has no more sessions than that, either. */
export const UNITS_PER_CORE = Math.floor(SHARE_OF_CORE / SESSION_CORES.copy);
