/** Whether a stranger's picture or film may be shown in the page: not from http, which an https page and our policy refuse. */
export const isShowable = (url: string) =>
  URL.canParse(url) && (new URL(url).protocol === 'https:' || new URL(url).origin === location.origin);
