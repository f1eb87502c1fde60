import { escapeHtml } from '#domain/html';

/**
 * The HTML that puts the player of a show into another page.
 *
 * @param url of `/embed/{id}`
 * @param width in pixels, as `height`
 */
export const embedCode = ({
  url,
  title,
  width,
  height,
}: {
  url: string;
  title: string;
  width: number;
  height: number;
}): string =>
  `<iframe src="${escapeHtml(url)}" title="${escapeHtml(title)}" width="${width}" height="${height}" style="border:0" ` +
  `allow="autoplay; fullscreen; picture-in-picture" loading="lazy"></iframe>`;
