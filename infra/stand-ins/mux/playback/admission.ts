import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Limits } from '../limits.ts';
import type { AssetRecord } from '../records.ts';
import type { Playback, Store } from '../store.ts';
import { opens, type Audience } from './playback-token.ts';

/** Why something is not played; the words are what a player's log shows. */
export const REFUSED = {
  'not-found': [404, 'There is no such playback id.'],
  'not-live': [412, 'The live stream is not active, or the asset is not ready.'],
  forbidden: [403, 'This playback id needs a valid token.'],
  'bad-request': [400, 'time, width, height or latest is wrong.'],
  busy: [503, 'Too many pictures are being made.'],
  'no-picture': [404, 'There is no picture at this time.'],
} as const satisfies Record<string, readonly [ContentfulStatusCode, string]>;

/** Thrown where a viewer gets nothing. */
export class NotPlayed extends Error {
  readonly because: keyof typeof REFUSED;
  constructor(because: keyof typeof REFUSED) {
    super(REFUSED[because][1]);
    this.because = because;
  }
}

/** What a viewer asks for, and whether they may have it. */
export const createAdmission = ({ store, limits, now }: { store: Store; limits: Limits; now: () => number }) => {
  const find = async (id: string, token: string | undefined, audience: Audience): Promise<Playback> => {
    const found = store.findPlayback(id);
    if (!found) throw new NotPlayed('not-found');
    if (found.playbackId.policy === 'signed' && !(await opens(store, { token, playbackId: id, audience, now: now() })))
      throw new NotPlayed('forbidden');
    return found;
  };

  /** The asset behind a live playback id: the one that runs, or the one that just ended. */
  const assetOf = (found: Playback): AssetRecord => {
    if (found.of === 'asset') {
      if (found.asset.status !== 'ready') throw new NotPlayed('not-live');
      return found.asset;
    }
    const { active_asset_id, recent_asset_ids, status } = found.liveStream;
    const asset = store.assets.get(active_asset_id ?? recent_asset_ids.at(-1) ?? '');
    const ended = asset?.ended_at_ms;
    const shown =
      active_asset_id === undefined
        ? ended !== undefined && now() - ended < limits.endedSeconds * limits.secondMs
        : status === 'active';
    if (!asset || !shown || asset.status !== 'ready') throw new NotPlayed('not-live');
    return asset;
  };

  const bySecret = (secret: string): AssetRecord => {
    const asset = store.assets.all().find((one) => one.secret === secret);
    if (!asset) throw new NotPlayed('not-found');
    return asset;
  };

  /** Throws where there is no such text, or not yet. */
  const withText = ({ text_tracks = [] }: AssetRecord, id: string): void => {
    if (!text_tracks.some((track) => track.id === id && track.status === 'ready')) throw new NotPlayed('not-found');
  };

  /**
   * What goes on in the addresses behind a signed one: which playback id was opened, and by what. Of a live stream it has a name of its
   * own, so that a player has to go by the addresses that it is given: Mux's are signed in a way that nobody can write.
   */
  const passOf = ({ of, playbackId }: Playback, token: string | undefined): string =>
    playbackId.policy === 'signed' && token !== undefined
      ? `?${new URLSearchParams({ [of === 'asset' ? 'token' : 'signature']: token, of: playbackId.id }).toString()}`
      : '';

  /** Throws where the pass to a show that is not public is none, or has expired. @returns the pass */
  const admitted = async (
    asset: AssetRecord,
    { token, signature, of = '' }: Record<string, string>,
  ): Promise<string> => {
    if (asset.playback_ids.some(({ policy }) => policy === 'public')) return '';
    const given = token ?? signature;
    const found = await find(of, given, 'v');
    if (assetOf(found) !== asset) throw new NotPlayed('forbidden');
    return passOf(found, given);
  };

  return { find, assetOf, bySecret, withText, passOf, admitted };
};
