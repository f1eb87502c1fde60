import { SHOW_LIMITS } from '#contract/show';
import { Refusal } from '../http/refusal.ts';

/**
 * When an announced show is to begin, in milliseconds; throws where that is past, or too far ahead.
 *
 * @param text a time as ISO 8601 has it
 */
export const parseScheduledFor = (text: string, now: number): number => {
  const at = Date.parse(text);
  if (at > now && at < now + SHOW_LIMITS.aheadMs) return at;
  throw new Refusal('invalid-request', 'scheduledFor: a time to come, within a year', {
    details: { where: 'body', fields: [{ field: 'scheduledFor', message: 'a time to come, within a year' }] },
  });
};
