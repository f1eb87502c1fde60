import { describe, expect, it } from 'vitest';
import type { GuestSignal } from '#contract/guest-messages';
import { createFakeConnection, settle, track } from './connection.testing.ts';
import { createPeer } from './peer.ts';

const offer: GuestSignal = { description: { type: 'offer', sdp: 'their offer' } };
const answer: GuestSignal = { description: { type: 'answer', sdp: 'their answer' } };
const way = (candidate: string): GuestSignal => ({ candidate: { candidate } });

const make = (polite: boolean) => {
  const fake = createFakeConnection();
  const sent: GuestSignal[] = [];
  const peer = createPeer({
    connection: fake.connection,
    polite,
    tracks: { audio: track('audio') },
    send: (signal) => sent.push(signal),
    onTrack: () => {},
    onState: () => {},
  });
  return { ...fake, sent, peer };
};

describe('a connection of studio and guest', () => {
  it('is offered by the studio, which asks for the picture that it does not send', async () => {
    const { did, wants, sent } = make(false);
    expect(did).toEqual(['send audio', 'receive video']);
    wants();
    await settle();
    expect(sent).toEqual([{ description: { type: 'offer', sdp: 'my offer' } }]);
  });

  it('is answered by the guest with what they send, so that there is nothing left to offer', async () => {
    const { did, sent, peer } = make(true);
    expect(did).toEqual([]);
    peer.hear(offer);
    await settle();
    expect(did).toEqual(['heard offer', 'send audio']);
    expect(sent).toEqual([{ description: { type: 'answer', sdp: 'my answer' } }]);
  });

  it('keeps ways that overtake the offer until that is there', async () => {
    const { did, peer } = make(true);
    peer.hear(way('first'));
    peer.hear(offer);
    peer.hear(way('second'));
    await settle();
    expect(did).toEqual(['heard offer', 'way first', 'send audio', 'way second']);
  });

  it('goes on by the studio’s offer where both offer at once', async () => {
    const [studio, guest] = [make(false), make(true)];
    studio.wants();
    guest.wants();
    await settle();
    studio.peer.hear(offer);
    guest.peer.hear(offer);
    await settle();
    expect(studio.did).not.toContain('heard offer');
    expect(guest.did).toContain('heard offer');
    studio.peer.hear(answer);
    await settle();
    expect(studio.did).toContain('heard answer');
  });

  it('has another track in place of the one before, or none', async () => {
    const { did, peer } = make(false);
    peer.setTrack('audio', track('audio', 'other'));
    peer.setTrack('audio', undefined);
    await settle();
    expect(did).toEqual(expect.arrayContaining(['replace audio by other', 'replace audio by none']));
  });
});
