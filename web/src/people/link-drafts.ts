import { ProfileLink } from '#contract/http';

const SCHEME = /^[a-z][a-z\d+.-]*:\/\//i;

/** Chromium takes blanks in the name of a site, which no site has. */
const isAddress = (text: string): boolean => !/\s/.test(text) && URL.canParse(text);

/** The site that an address leads to, as people know it. */
export const siteOf = (address: string): string => new URL(address).host.replace(/^www\./, '');

/**
 * Links as they were written, made whole: an address without its scheme is one of HTTPS, a link without a title has its site's name,
 * and rows without anything go.
 */
export const wholeLinks = (drafts: readonly ProfileLink[]): ProfileLink[] =>
  drafts
    .map(({ title, url }) => ({ title: title.trim(), url: url.trim() }))
    .filter(({ title, url }) => title !== '' || url !== '')
    .map(({ title, url }) => {
      const address = url === '' || SCHEME.test(url) ? url : `https://${url}`;
      return { title: title === '' && isAddress(address) ? siteOf(address) : title, url: address };
    });

/** Whether the API takes it. */
export const isWhole = (link: ProfileLink): boolean => isAddress(link.url) && ProfileLink.safeParse(link).success;
