import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { connectEncoder, startTestMux } from '../mux.testing.ts';

/** A signed live stream on the air, and a key to sign with. */
const signedShow = async (settings: Parameters<typeof startTestMux>[0] = {}) => {
  const mux = await startTestMux(settings);
  const stream = await mux.sdk.video.liveStreams.create({
    playback_policies: ['signed'],
    new_asset_settings: { playback_policies: ['signed'] },
    reconnect_window: 20,
  });
  (await connectEncoder(mux, stream.stream_key)).play(0, 1_500);
  await mux.seen('video.live_stream.active');
  const { id: keyId, private_key = '' } = await mux.sdk.system.signingKeys.create();
  const playbackId = stream.playback_ids?.[0]?.id ?? '';
  const key = { keyId, keySecret: private_key };
  const status = async (path: string, token?: string) =>
    (await fetch(`${mux.url}${path}${token === undefined ? '' : `?token=${token}`}`)).status;
  return {
    ...mux,
    playbackId,
    key,
    status,
    hls: `/play/${playbackId}.m3u8`,
    poster: `/image/${playbackId}/thumbnail.jpg`,
  };
};

describe('a signed playback id', () => {
  it("opens with a token of Mux's own SDK, for what the token is for", async () => {
    const { sdk, playbackId, key, status, hls, poster, lines } = await signedShow();
    const video = await sdk.jwt.signPlaybackId(playbackId, { ...key, type: 'video', expiration: '1h' });
    const thumbnail = await sdk.jwt.signPlaybackId(playbackId, { ...key, type: 'thumbnail', expiration: '1h' });
    expect(await status(hls, video)).toBe(200);
    expect(await status(poster, thumbnail), lines.join()).toBe(200);
    expect(await status(hls, thumbnail)).toBe(403);
    expect(await status(poster, video)).toBe(403);
  });

  it('stays shut without a token, with one of another id or key, an old one, or one of no key', async () => {
    const { sdk, playbackId, key, status, hls } = await signedShow();
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    const forged = (header: { kid?: string }) =>
      new SignJWT({})
        .setProtectedHeader({ alg: 'RS256', ...header })
        .setSubject(playbackId)
        .setAudience('v')
        .setExpirationTime('1h')
        .sign(privateKey);
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(JSON.stringify({ sub: playbackId, aud: 'v', exp: 9e9, kid: key.keyId })).toString('base64url')}.`;

    for (const token of [
      undefined,
      'nonsense',
      await sdk.jwt.signPlaybackId('another', { ...key, type: 'video' }),
      await new SignJWT({ kid: key.keyId })
        .setProtectedHeader({ alg: 'RS256' })
        .setSubject(playbackId)
        .setAudience('v')
        .setExpirationTime('1 minute ago')
        .sign(createPrivateKey(Buffer.from(key.keySecret, 'base64'))),
      await forged({}),
      await forged({ kid: key.keyId }),
      unsigned,
    ])
      expect(await status(hls, token)).toBe(403);
  });

  it('shuts what it has opened, playlist and segments, when the token expires', async () => {
    let ahead = 0;
    const { url, playbackId, key, hls } = await signedShow({ now: () => Date.now() + ahead });
    const token = await new SignJWT({ kid: key.keyId })
      .setProtectedHeader({ alg: 'RS256' })
      .setSubject(playbackId)
      .setAudience('v')
      .setExpirationTime('3m')
      .sign(createPrivateKey(Buffer.from(key.keySecret, 'base64')));
    const last = (text: string) => text.trim().split('\n').at(-1) ?? '';
    const main = `${url}${hls}?token=${token}`;
    const rendition = new URL(last(await (await fetch(main)).text()), main).href;
    const segment = new URL(last(await (await fetch(rendition)).text()), rendition).href;
    const all = async () => Promise.all([main, rendition, segment].map(async (one) => (await fetch(one)).status));
    const without = (address: string) => address.replace(/\?.*/, '');
    expect(await all()).toEqual([200, 200, 200]);
    expect((await fetch(without(rendition))).status).toBe(404);
    expect((await fetch(without(segment))).status).toBe(404);
    ahead = 4 * 60_000;
    expect(await all()).toEqual([403, 403, 403]);
  });

  it('takes the id of the key from the header too, until the key is deleted', async () => {
    const { sdk, playbackId, key, status, hls } = await signedShow();
    const token = await new SignJWT({})
      .setProtectedHeader({ alg: 'RS256', kid: key.keyId })
      .setSubject(playbackId)
      .setAudience('v')
      .setExpirationTime('1h')
      .sign(createPrivateKey(Buffer.from(key.keySecret, 'base64')));
    expect(await status(hls, token)).toBe(200);
    await sdk.system.signingKeys.delete(key.keyId);
    expect(await status(hls, token)).toBe(403);
  });
});
