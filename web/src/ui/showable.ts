/** Whether a stranger's picture or film may be shown in the page: not from http, which an https page and our policy refuse. */
export const isShowable = (url: string) => {
  if (!URL.canParse(url, location.origin)) return false;
  const { protocol, origin } = new URL(url, location.origin);
  return protocol === 'https:' || origin === location.origin;
};
