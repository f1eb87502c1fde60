/** The bucket that the stand-in for S3 keeps; its objects have their address below the gateway's `/s3/`. */
export const UPLOADS_BUCKET = 'vybzz-uploads';

type Addresses = {
  tableName: string;
  /** Where people open the web app. */
  origin: string;
  identity: { issuer: string; clientId: string; audience: string };
  mux: {
    /** Where the control plane asks. */
    url: string;
    /** Where a browser plays; the same, unless the two are in different networks. */
    publicUrl?: string;
    /** Where encoders of people's own send. */
    rtmpsUrl: string;
  };
  /** Where the control plane finds the built site, if not where browsers do. */
  siteFiles?: string;
  /** Where the control plane reaches the gateway itself: the realtime pushes and the bucket. */
  gateway: string;
  version: string;
};

/** The settings that the control plane reads, but for its secrets, when its neighbours are the local stand-ins. */
export const controlPlaneEnvironment = ({
  tableName,
  origin,
  identity,
  mux,
  gateway,
  siteFiles,
  version,
}: Addresses): Record<string, string> => ({
  TABLE_NAME: tableName,
  PUBLIC_ORIGIN: origin,
  ...(siteFiles !== undefined && { SITE_FILES_URL: siteFiles }),
  INGEST_URL: `${origin.replace(/^http/, 'ws')}/stream/live`,
  AUTH_ISSUERS: JSON.stringify([
    {
      issuer: identity.issuer,
      kind: 'oidc',
      clientId: identity.clientId,
      audience: identity.audience,
      creatorClaim: 'vybzz_creator',
      moderatorClaim: 'vybzz_moderator',
    },
  ]),
  MUX_BASE_URL: mux.url,
  MUX_RTMPS_URL: mux.rtmpsUrl,
  MUX_STREAM_URL: `${mux.publicUrl ?? mux.url}/play`,
  MUX_IMAGE_URL: `${mux.publicUrl ?? mux.url}/image`,
  REALTIME_ENDPOINT: `${gateway}/_local`,
  UPLOADS_BUCKET,
  UPLOADS_URL: `${gateway}/s3/${UPLOADS_BUCKET}`,
  // There is nobody whom a push service could turn to, and it wants somebody.
  VAPID_SUBJECT: 'mailto:vybzz@localhost',
  // The form is sent by a browser.
  UPLOADS_FORM_URL: `${origin}/s3/${UPLOADS_BUCKET}`,
  VERSION: version,
});
