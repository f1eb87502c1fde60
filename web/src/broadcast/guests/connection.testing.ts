import type { Connection } from './peer.ts';

/** A connection that finds whatever a test says; two of them do not speak to each other but by what they send. */
export const createFakeConnection = () => {
  const events = new EventTarget();
  const did: string[] = [];
  const said = {
    connectionState: 'new' as RTCPeerConnectionState,
    signalingState: 'stable' as RTCSignalingState,
    localDescription: null as RTCSessionDescription | null,
    remoteDescription: null as RTCSessionDescription | null,
  };
  const sender = (track: MediaStreamTrack) => ({
    replaceTrack: async (next: MediaStreamTrack | null) =>
      void did.push(`replace ${track.kind} by ${next?.id ?? 'none'}`),
  });
  const connection = {
    get connectionState() {
      return said.connectionState;
    },
    get signalingState() {
      return said.signalingState;
    },
    get localDescription() {
      return said.localDescription;
    },
    get remoteDescription() {
      return said.remoteDescription;
    },
    addEventListener: events.addEventListener.bind(events),
    addTrack: (track: MediaStreamTrack) => {
      did.push(`send ${track.kind}`);
      return sender(track);
    },
    addTransceiver: (kind: string) => void did.push(`receive ${kind}`),
    addIceCandidate: async ({ candidate }: RTCIceCandidateInit) => void did.push(`way ${candidate}`),
    setRemoteDescription: async (description: RTCSessionDescription) => {
      said.remoteDescription = description;
      said.signalingState = description.type === 'offer' ? 'have-remote-offer' : 'stable';
      did.push(`heard ${description.type}`);
    },
    setLocalDescription: async () => {
      const type = said.signalingState === 'have-remote-offer' ? 'answer' : 'offer';
      said.localDescription = { type, sdp: `my ${type}` } as RTCSessionDescription;
      said.signalingState = type === 'answer' ? 'stable' : 'have-local-offer';
    },
    restartIce: () => void did.push('restart'),
    close: () => void did.push('close'),
  } as unknown as Connection;
  return {
    connection,
    did,
    wants: () => events.dispatchEvent(new Event('negotiationneeded')),
    becomes: (state: RTCPeerConnectionState) => {
      said.connectionState = state;
      events.dispatchEvent(new Event('connectionstatechange'));
    },
    brings: (track: MediaStreamTrack) => events.dispatchEvent(Object.assign(new Event('track'), { track })),
  };
};

/** A track that is one by name alone. */
export const track = (kind: 'audio' | 'video', id: string = kind) => ({ kind, id }) as unknown as MediaStreamTrack;

/** Lets what was begun come to its end. */
export const settle = async () => {
  for (let turn = 0; turn < 30; turn++) await Promise.resolve();
};
