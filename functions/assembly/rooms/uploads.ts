import type { Publish } from '#domain/upload';
import { createPublishing } from '../../uploads/publishing.ts';
import type { Base } from '../base.ts';

/** How uploaded files are put where people see them; undefined where nothing can be uploaded. */
export const buildPublishing = ({ bucket, log }: Base): Publish | undefined =>
  bucket &&
  createPublishing({
    bucket,
    unusable: ({ message, cause }) => log.info('an upload is unusable', { because: message, cause: String(cause) }),
  });
