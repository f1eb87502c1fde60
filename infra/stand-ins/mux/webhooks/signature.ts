import { createHmac } from 'node:crypto';

/** The value of `mux-signature`, by which the receiver knows that it was us, and when. */
export const sign = (body: string, secret: string, now: number): string => {
  const stamp = Math.floor(now / 1_000);
  return `t=${stamp},v1=${createHmac('sha256', secret).update(`${stamp}.${body}`).digest('hex')}`;
};
