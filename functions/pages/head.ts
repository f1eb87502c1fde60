import { escapeHtml } from '#domain/html';

/** What is told of a page to who has not opened it: search engines, and whoever shows a link with a picture. */
export type Preview = {
  /** Of the page itself, without the product's name. */
  title: string;
  description: string;
  /** The one address of the page. */
  url: string;
  /** https://ogp.me/#types */
  kind: 'website' | 'video.other' | 'profile' | 'article';
  image: { url: string; alt: string };
  /** Whether the picture is wide, and worth most of a card; else it is a face or a sign beside the words. */
  wide: boolean;
  /** In which language its words are (BCP 47), as far as anybody has said. */
  language?: string | undefined;
  /** Who made it. */
  author?: { name: string; url: string } | undefined;
  /** Where it plays inside other pages. */
  player?: { url: string; width: number; height: number } | undefined;
  /** Whether search engines may keep it. */
  indexed: boolean;
  /** What can be subscribed to: media types, and where they are. */
  feeds?: readonly { type: string; url: string; title: string }[] | undefined;
  /** Its owner's own pages elsewhere, which may want to know that this one is theirs, too (https://microformats.org/wiki/rel-me). */
  elsewhere?: readonly string[] | undefined;
};

const SITE = 'Vybzz';
const TITLE_CHARACTERS = 110;
const DESCRIPTION_CHARACTERS = 220;

/** On one line, and no longer than a card shows: whole characters, and whole words where there are any. */
export const shortened = (text: string, most: number): string => {
  const line = text
    .toWellFormed()
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .trim();
  const characters = Array.from(line);
  if (characters.length <= most) return line;
  const cut = characters.slice(0, most - 1).join('');
  const word = cut.lastIndexOf(' ');
  return `${(word > most / 2 ? cut.slice(0, word) : cut).trimEnd()}…`;
};

const meta = (key: 'name' | 'property', name: string, content: string): string =>
  `<meta ${key}="${name}" content="${escapeHtml(content)}">`;

/** As https://ogp.me wants it, which knows no language without a country: the one with most of its speakers. */
const localeOf = (language: string): string => {
  const { language: tongue, region } = new Intl.Locale(language).maximize();
  return `${tongue}_${region}`;
};

/** The part of a page's head that differs from page to page. Whatever people have written in it is text, and can be nothing else. */
export const toHead = (preview: Preview, { oembed }: { oembed: (url: string) => string }): string => {
  const title = shortened(preview.title, TITLE_CHARACTERS);
  const description = shortened(preview.description, DESCRIPTION_CHARACTERS);
  const { url, kind, image, wide, author, player, feeds = [], elsewhere = [] } = preview;
  const whole = title === SITE ? title : `${title} · ${SITE}`;
  return [
    `<title>${escapeHtml(whole)}</title>`,
    meta('name', 'description', description),
    ...(preview.indexed ? [] : [meta('name', 'robots', 'noindex')]),
    `<link rel="canonical" href="${escapeHtml(url)}">`,
    `<link rel="alternate" type="application/json+oembed" href="${escapeHtml(oembed(url))}" title="${escapeHtml(title)}">`,
    ...feeds.map(
      (feed) =>
        `<link rel="alternate" type="${feed.type}" href="${escapeHtml(feed.url)}" title="${escapeHtml(shortened(feed.title, TITLE_CHARACTERS))}">`,
    ),
    ...elsewhere.map((address) => `<link rel="me" href="${escapeHtml(address)}">`),
    meta('property', 'og:site_name', SITE),
    meta('property', 'og:type', kind),
    meta('property', 'og:title', title),
    meta('property', 'og:description', description),
    meta('property', 'og:url', url),
    ...(preview.language === undefined ? [] : [meta('property', 'og:locale', localeOf(preview.language))]),
    meta('property', 'og:image', image.url),
    meta('property', 'og:image:alt', shortened(image.alt, TITLE_CHARACTERS)),
    ...(author ? [meta('name', 'author', author.name)] : []),
    ...(player
      ? [
          meta('property', 'og:video', player.url),
          meta('property', 'og:video:secure_url', player.url),
          meta('property', 'og:video:type', 'text/html'),
          meta('property', 'og:video:width', String(player.width)),
          meta('property', 'og:video:height', String(player.height)),
        ]
      : []),
    meta('name', 'twitter:card', player ? 'player' : wide ? 'summary_large_image' : 'summary'),
    meta('name', 'twitter:title', title),
    meta('name', 'twitter:description', description),
    meta('name', 'twitter:image', image.url),
    meta('name', 'twitter:image:alt', shortened(image.alt, TITLE_CHARACTERS)),
    ...(player
      ? [
          meta('name', 'twitter:player', player.url),
          meta('name', 'twitter:player:width', String(player.width)),
          meta('name', 'twitter:player:height', String(player.height)),
        ]
      : []),
  ].join('\n    ');
};

/** For a page that nothing is told of: its name is the product's. */
export const plainHead = (description: string): string =>
  [`<title>${SITE}</title>`, meta('name', 'description', description), meta('name', 'robots', 'noindex')].join(
    '\n    ',
  );

/** The marks in the documents of `web/` between which this stands. */
const BETWEEN = /<!--head-->[\s\S]*?<!--\/head-->/;

/** A built page with its head filled; as it is where it has no marks. */
export const withHead = (document: string, head: string): string => document.replace(BETWEEN, () => head);
