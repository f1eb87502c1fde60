import type Mux from '@mux/mux-node';

/** Mux's clock and ours may differ by this much, either way. */
const TOLERANCE_SECONDS = 300;

type Parts = {
  mux: Pick<Mux, 'webhooks'>;
  /** Any of them verifies: two while one is being replaced. */
  secrets: readonly string[];
  clock: () => Date;
};

/**
 * Whether a webhook's body is Mux's, by its `mux-signature`. The SDK compares in constant time and refuses stamps that are too
 * old; one from the future it lets pass, so that is refused here.
 */
export const createVerifyWebhook =
  ({ mux, secrets, clock }: Parts) =>
  async (body: string, signature: string | undefined): Promise<boolean> => {
    const stamp = Number(/(?:^|,)\s*t=(\d{1,12})(?:,|$)/.exec(signature ?? '')?.[1] ?? Number.NaN);
    const offBy = Math.abs(clock().getTime() / 1_000 - stamp);
    if (signature === undefined || !(offBy <= TOLERANCE_SECONDS)) return false;
    for (const secret of secrets)
      try {
        await mux.webhooks.verifySignature(body, { 'mux-signature': signature }, secret);
        return true;
      } catch {
        // not with this secret; perhaps with the next
      }
    return false;
  };
