import type { GuestSignal, IceServer } from '#contract/guest-messages';

type Kind = 'audio' | 'video';
export type Tracks = Partial<Record<Kind, MediaStreamTrack>>;

/** The part of an `RTCPeerConnection` that is used here. */
export type Connection = Pick<
  RTCPeerConnection,
  | 'addEventListener'
  | 'addIceCandidate'
  | 'addTrack'
  | 'addTransceiver'
  | 'close'
  | 'connectionState'
  | 'localDescription'
  | 'remoteDescription'
  | 'restartIce'
  | 'setLocalDescription'
  | 'setRemoteDescription'
  | 'signalingState'
>;

type Parts = {
  connection: Connection;
  /** Gives way where both want something at once: the guest. The other makes the first offer. */
  polite: boolean;
  tracks: Tracks;
  send: (signal: GuestSignal) => void;
  onTrack: (kind: Kind, track: MediaStreamTrack) => void;
  onState: (state: RTCPeerConnectionState) => void;
};

/** One connection between the studio and a guest. */
export type Peer = {
  /** What the other end has said, in whatever order it comes. */
  hear: (signal: GuestSignal) => void;
  /** Sends another track of this kind, or none. */
  setTrack: (kind: Kind, track: MediaStreamTrack | undefined) => void;
  /** Looks for another way: the network is another. */
  restart: () => void;
  close: () => void;
};

export const createConnection = (iceServers: readonly IceServer[]): Connection =>
  new RTCPeerConnection({
    iceServers: iceServers.map(({ urls, username, credential }) => ({
      urls,
      ...(username !== undefined && { username }),
      ...(credential !== undefined && { credential }),
    })),
  });

/**
 * Perfect negotiation (W3C WebRTC, §10.7): each end may want something at any time. Candidates may overtake the description that they
 * belong to, because each message takes its own way: they wait for it.
 */
export const createPeer = ({ connection, polite, tracks, send, onTrack, onState }: Parts): Peer => {
  const senders = new Map<Kind, RTCRtpSender>();
  const wanted = new Map<Kind, MediaStreamTrack>();
  const waiting: RTCIceCandidateInit[] = [];
  let offering = false;
  let ignored = false;
  let closed = false;
  let last: Promise<void> = Promise.resolve();

  const attach = () => {
    for (const [kind, track] of wanted) if (!senders.has(kind)) senders.set(kind, connection.addTrack(track));
  };

  const describe = async () => {
    await connection.setLocalDescription();
    const { localDescription: mine } = connection;
    if (mine && (mine.type === 'offer' || mine.type === 'answer'))
      send({ description: { type: mine.type, sdp: mine.sdp } });
  };

  const addCandidate = async (candidate: RTCIceCandidateInit) => {
    try {
      await connection.addIceCandidate(candidate);
    } catch (error) {
      // of an offer that was passed over
      if (!ignored && !closed) console.warn('A way to the other end was not understood:', error);
    }
  };

  const take = async (signal: GuestSignal) => {
    if (closed || 'sends' in signal) return;
    if ('candidate' in signal) {
      const { candidate, sdpMid = null, sdpMLineIndex = null, usernameFragment = null } = signal.candidate;
      const init = { candidate, sdpMid, sdpMLineIndex, usernameFragment };
      if (connection.remoteDescription) await addCandidate(init);
      else waiting.push(init);
      return;
    }
    const { description } = signal;
    const collides = description.type === 'offer' && (offering || connection.signalingState !== 'stable');
    ignored = !polite && collides;
    if (ignored) return;
    await connection.setRemoteDescription(description);
    for (const candidate of waiting.splice(0)) await addCandidate(candidate);
    if (description.type !== 'offer') return;
    // added before the answer is made, they need no offer of their own
    attach();
    await describe();
  };

  const inTurn = (work: () => Promise<void>) => {
    last = last.then(work).catch((error: unknown) => {
      if (!closed) console.warn('The two browsers did not agree:', error);
    });
  };

  connection.addEventListener('negotiationneeded', () => {
    offering = true;
    void describe()
      .catch((error: unknown) => closed || console.warn('No offer was made:', error))
      .finally(() => (offering = false));
  });
  connection.addEventListener('icecandidate', ({ candidate: found }) => {
    if (!found || found.candidate === '') return;
    const { candidate, sdpMid, sdpMLineIndex, usernameFragment } = found;
    send({ candidate: { candidate, sdpMid, sdpMLineIndex, usernameFragment } });
  });
  connection.addEventListener('track', ({ track }) => onTrack(track.kind === 'video' ? 'video' : 'audio', track));
  connection.addEventListener('connectionstatechange', () => onState(connection.connectionState));

  for (const kind of ['audio', 'video'] as const) {
    const track = tracks[kind];
    if (track) wanted.set(kind, track);
  }
  if (!polite) {
    attach();
    // whoever offers asks for what they do not send as well
    for (const kind of ['audio', 'video'] as const)
      if (!senders.has(kind)) connection.addTransceiver(kind, { direction: 'recvonly' });
  }

  return {
    hear: (signal) => inTurn(() => take(signal)),
    setTrack: (kind, track) => {
      if (track) wanted.set(kind, track);
      else wanted.delete(kind);
      const sender = senders.get(kind);
      if (sender) void sender.replaceTrack(track ?? null).catch(() => {});
      else if (connection.remoteDescription) attach();
    },
    restart: () => connection.restartIce(),
    close: () => {
      closed = true;
      connection.close();
    },
  };
};
