import { escapeHtml } from '#domain/html';

/** One piece of news. */
export type AtomEntry = {
  /** For ever: a reader knows by it what it has shown already. */
  id: string;
  title: string;
  url: string;
  published: Date;
  updated: Date;
  /** What it says, as HTML. */
  html: string;
  /** A file that comes with it. */
  enclosure?: { url: string; type: string } | undefined;
};

export type AtomFeed = {
  id: string;
  title: string;
  subtitle?: string | undefined;
  /** The page whose feed it is, and its own address. */
  url: string;
  self: string;
  updated: Date;
  author: { name: string; url: string };
  /** A square picture. */
  icon?: string | undefined;
  entries: readonly AtomEntry[];
};

/** A feed as all readers of feeds take it (RFC 4287). Whatever people have written in it is text, and can be nothing else. */
export const writeAtom = ({ id, title, subtitle, url, self, updated, author, icon, entries }: AtomFeed): string =>
  [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<feed xmlns="http://www.w3.org/2005/Atom">',
    `  <id>${xml(id)}</id>`,
    `  <title>${xml(title)}</title>`,
    ...(subtitle ? [`  <subtitle>${xml(subtitle)}</subtitle>`] : []),
    `  <link rel="self" type="application/atom+xml" href="${xml(self)}"/>`,
    `  <link rel="alternate" type="text/html" href="${xml(url)}"/>`,
    `  <updated>${updated.toISOString()}</updated>`,
    `  <author><name>${xml(author.name)}</name><uri>${xml(author.url)}</uri></author>`,
    ...(icon === undefined ? [] : [`  <icon>${xml(icon)}</icon>`]),
    '  <generator>Vybzz</generator>',
    ...entries.flatMap(entryLines),
    '</feed>',
    '',
  ].join('\n');

const entryLines = ({ id, title, url, published, updated, html, enclosure }: AtomEntry): string[] => [
  '  <entry>',
  `    <id>${xml(id)}</id>`,
  `    <title>${xml(title)}</title>`,
  `    <link rel="alternate" type="text/html" href="${xml(url)}"/>`,
  ...(enclosure ? [`    <link rel="enclosure" type="${xml(enclosure.type)}" href="${xml(enclosure.url)}"/>`] : []),
  `    <published>${published.toISOString()}</published>`,
  `    <updated>${updated.toISOString()}</updated>`,
  `    <content type="html">${xml(html)}</content>`,
  '  </entry>',
];

/** Text in XML, without the characters that XML 1.0 knows no way to write. */
const xml = (text: string): string =>
  escapeHtml(text.toWellFormed().replaceAll(/(?![\t\n])\p{Cc}|[\uFFFE\uFFFF]/gu, ''));
