/** Origins and schemes beside the page's own, as a policy writes them. */
type Sources = {
  /** What a page may call, and open sockets to. */
  connect: readonly string[];
  /** Where pictures may come from. */
  images: readonly string[];
  /** Where video may come from. */
  media: readonly string[];
  /** Whether pages of other sites may have it in a frame: the player for them, and nothing else. @default false */
  framed?: boolean;
  /** Whether a script may put style sheets into the page as text, as Vite does in development. @default false */
  styleElements?: boolean;
};

/** What the pages of the web app may do: the one policy of the deployed site and of the gateway on one machine. */
export const contentSecurityPolicy = ({
  connect,
  images,
  media,
  framed = false,
  styleElements = false,
}: Sources): string =>
  [
    ['default-src', "'self'"],
    // WebAssembly is the AAC encoder of browsers that have none.
    ['script-src', "'self'", "'wasm-unsafe-eval'"],
    // Files, and what a script sets on an element or as a sheet of its own (`web/src/ui/style-singleton.ts`).
    ['style-src', "'self'", ...(styleElements ? ["'unsafe-inline'"] : [])],
    // 'self' is a page's own sockets as well (CSP 3; Safari from 15.4, and older ones poll).
    ['connect-src', "'self'", ...connect],
    ['img-src', "'self'", 'data:', 'blob:', ...images],
    // data: is the empty track that hls.js fills with captions
    ['media-src', "'self'", 'blob:', 'data:', ...media],
    ['worker-src', "'self'", 'blob:'],
    ['object-src', "'none'"],
    ['base-uri', "'self'"],
    ['form-action', "'self'"],
    ['frame-ancestors', framed ? '*' : "'none'"],
  ]
    .map((directive) => directive.join(' '))
    .join('; ');

/** What of the machine the pages of the web app may use. */
export const PERMISSIONS_POLICY = 'camera=(self), microphone=(self), display-capture=(self)';
