import { Duration } from 'aws-cdk-lib';
import { HeadersFrameOption, HeadersReferrerPolicy, ResponseHeadersPolicy } from 'aws-cdk-lib/aws-cloudfront';
import type { Construct } from 'constructs';
import { UPLOAD_CONTENT_POLICY } from '#domain/upload';
import { contentSecurityPolicy, PERMISSIONS_POLICY } from '../content-security-policy.ts';

const HTTPS_ONLY = { accessControlMaxAge: Duration.days(365), includeSubdomains: true, override: true };
/** Mux's playlists and segments. */
const VIDEO = ['https://stream.mux.com', 'https://*.mux.com'];
/** Posters, and the pictures of a time line. */
const STILLS = 'https://image.mux.com';

/**
 * The headers of the web app's pages. `otherOrigins` are those that a page may call, and `pictureOrigins` those from which it shows
 * people's pictures, beside its own and Mux's.
 */
export const pageHeaders = (
  scope: Construct,
  origins: { otherOrigins: string[]; pictureOrigins: string[] },
): ResponseHeadersPolicy => headersOf(scope, 'Headers', { ...origins, framed: false });

/** The headers of the player for pages of other sites: the only page that they may have in a frame. */
export const embedHeaders = (scope: Construct): ResponseHeadersPolicy =>
  headersOf(scope, 'EmbedHeaders', { otherOrigins: [], pictureOrigins: [], framed: true });

const headersOf = (
  scope: Construct,
  id: string,
  { otherOrigins, pictureOrigins, framed }: { otherOrigins: string[]; pictureOrigins: string[]; framed: boolean },
): ResponseHeadersPolicy =>
  new ResponseHeadersPolicy(scope, id, {
    securityHeadersBehavior: {
      contentSecurityPolicy: {
        override: true,
        contentSecurityPolicy: contentSecurityPolicy({
          connect: [...VIDEO, ...otherOrigins],
          images: [STILLS, ...pictureOrigins],
          media: VIDEO,
          framed,
        }),
      },
      contentTypeOptions: { override: true },
      ...(!framed && { frameOptions: { frameOption: HeadersFrameOption.DENY, override: true } }),
      referrerPolicy: { referrerPolicy: HeadersReferrerPolicy.STRICT_ORIGIN_WHEN_CROSS_ORIGIN, override: true },
      strictTransportSecurity: HTTPS_ONLY,
    },
    customHeadersBehavior: {
      customHeaders: [{ header: 'permissions-policy', value: PERMISSIONS_POLICY, override: true }],
    },
  });

/** The headers of what people have uploaded: it does no harm if somebody opens it as a page. */
export const mediaHeaders = (scope: Construct): ResponseHeadersPolicy =>
  new ResponseHeadersPolicy(scope, 'MediaHeaders', {
    securityHeadersBehavior: {
      contentSecurityPolicy: { override: true, contentSecurityPolicy: UPLOAD_CONTENT_POLICY },
      contentTypeOptions: { override: true },
      strictTransportSecurity: HTTPS_ONLY,
    },
  });
