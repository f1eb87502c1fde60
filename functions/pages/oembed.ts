import { embedCode } from '#contract/embed-code';
import { type OEmbed, OEmbedQuery } from '#contract/sharing';
import { Refusal } from '../http/refusal.ts';
import { createRoom, type RoomParts } from '../http/room.ts';
import { query } from '../http/valid.ts';
import { shortened } from './head.ts';
import type { Previews } from './previews.ts';

type Parts = RoomParts & { previews: Previews; origin: string };

/** A player where nobody says how large it may be, and the smallest that can be used. */
const SIZE = { width: 640, least: 200, shape: 16 / 9 } as const;
const CACHE_SECONDS = 300;
const TITLE_CHARACTERS = 200;

/** Where the oEmbed answer about a page is. */
export const oembedAddress = (origin: string, url: string): string =>
  `${origin}/oembed?format=json&url=${encodeURIComponent(url)}`;

/** What an address of ours is, in the words of https://oembed.com: for whoever puts it into another page. */
export const createOEmbedApp = ({ previews, origin, ...shell }: Parts) => {
  const room = createRoom(shell);

  room.get('/oembed', query(OEmbedQuery), async (c) => {
    const { url, format, maxwidth, maxheight } = c.req.valid('query');
    if (format !== 'json') throw new Refusal('format-not-offered', 'The answer is JSON alone.');
    const path = pathOf(url, origin);
    const found = path === undefined ? undefined : await previews.at(path);
    if (found?.found === 'closed')
      throw new Refusal('not-signed-in', 'This show is not for everybody.', {
        headers: { 'WWW-Authenticate': 'Bearer realm="vybzz"' },
      });
    if (found?.found !== 'preview') throw new Refusal('not-found', 'There is nothing of ours at this address.');
    const { title, author, player, image } = found.preview;
    const width = Math.max(
      SIZE.least,
      Math.floor(Math.min(maxwidth ?? SIZE.width, (maxheight ?? Number.POSITIVE_INFINITY) * SIZE.shape)),
    );
    const height = Math.round(width / SIZE.shape);
    const told: OEmbed = {
      version: '1.0',
      title: shortened(title, TITLE_CHARACTERS),
      ...(author && { author_name: author.name, author_url: author.url }),
      provider_name: 'Vybzz',
      provider_url: `${origin}/`,
      cache_age: CACHE_SECONDS,
      // whose size nobody has told us
      ...(player && { thumbnail_url: image.url, thumbnail_width: 1280, thumbnail_height: 720 }),
      ...(player
        ? { type: 'video', html: embedCode({ url: player.url, title, width, height }), width, height }
        : { type: 'link' }),
    };
    // pages of others ask for it themselves
    c.header('Access-Control-Allow-Origin', '*');
    c.header('Cache-Control', `public, max-age=${CACHE_SECONDS}, s-maxage=10`);
    return c.json(told);
  });

  return room;
};

const pathOf = (url: string, origin: string): string | undefined => {
  if (!URL.canParse(url)) return undefined;
  const asked = new URL(url);
  if (asked.host !== new URL(origin).host) return undefined;
  try {
    const path = decodeURIComponent(asked.pathname);
    // the player's own address is one that people have in their hands, too
    return path.replace(/^\/embed\//, '/watch/');
  } catch {
    return undefined;
  }
};
