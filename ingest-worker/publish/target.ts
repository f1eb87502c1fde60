/** Where to publish, taken apart once. */
export type Target = {
  secure: boolean;
  host: string;
  port: number;
  /** RTMP's application: the whole path. */
  app: string;
  /** The address as the server is to be told it. */
  tcUrl: string;
};

const PORT = { 'rtmp:': 1935, 'rtmps:': 443 } as const;
const isScheme = (protocol: string): protocol is keyof typeof PORT => protocol in PORT;

/** The target in `rtmps://host[:port]/app`; undefined for anything else. */
export const parseTarget = (url: string): Target | undefined => {
  if (!URL.canParse(url)) return undefined;
  const { protocol, hostname, port, pathname, search, host } = new URL(url);
  const app = `${pathname.replace(/^\/+|\/+$/g, '')}${search}`;
  if (!isScheme(protocol) || hostname === '' || app === '') return undefined;
  return {
    secure: protocol === 'rtmps:',
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? PORT[protocol] : Number(port),
    app,
    tcUrl: `${protocol}//${host}/${app}`,
  };
};
