import { randomBytes } from 'node:crypto';
import {
  type DistributionConfig,
  GetDistributionCommand,
  GetDistributionConfigCommand,
  UpdateDistributionCommand,
} from '@aws-sdk/client-cloudfront';
import * as z from 'zod';
import { EDGE_HEADER } from '../../../functions/assembly/edge.ts';
import type { Operator } from './operator.ts';
import { changeSecret } from './secret.ts';
import { untilKnown } from './until-known.ts';

const SECRET_BYTES = 36;
/** Ten minutes of looks, five seconds apart (`operate.ts`): a distribution is told in some. */
const LOOKS = 120;

/** Sent back as it came, but for what is rotated. */
const Configured = z.object({ ETag: z.string(), DistributionConfig: z.custom<DistributionConfig>() });
const Deployed = z.object({ Distribution: z.optional(z.object({ Status: z.optional(z.string()) })) });

const newSecret = (): string => randomBytes(SECRET_BYTES).toString('base64url');

/** The secret that signs the cursors of lists. Pages half-read begin again, which is all that anybody notices. */
export const rotateCursor = async (operator: Operator): Promise<void> => {
  const { output, secrets, say } = operator;
  await changeSecret(secrets, await output('Data.CursorSecret'), () => ({ CURSOR_SECRET: newSecret() }));
  await untilKnown(operator);
  say('✓ the cursors’ secret is another');
};

/**
 * The secret by which the APIs know the distribution, in an order in which each request is let in: functions know both, then the
 * distribution says the new one, and once it does everywhere the functions forget the old one. One that was broken off is gone on
 * with: another secret would push out the one that the distribution still says.
 */
export const rotateEdge = async (operator: Operator): Promise<void> => {
  const { output, secrets, cloudFront, pause, say } = operator;
  const secretId = await output('Data.EdgeSecret');
  const Id = await output('Web.DistributionId');
  const { EDGE_SECRET: next } = await changeSecret(secrets, secretId, (now) =>
    now['EDGE_SECRET_BEFORE'] ? {} : { EDGE_SECRET: newSecret(), EDGE_SECRET_BEFORE: now['EDGE_SECRET'] },
  );
  await untilKnown(operator);
  const { DistributionConfig: config, ETag } = Configured.parse(
    await cloudFront.send(new GetDistributionConfigCommand({ Id })),
  );
  const headers = (config.Origins?.Items ?? []).flatMap(({ CustomHeaders }) => CustomHeaders?.Items ?? []);
  const ours = headers.filter(({ HeaderName }) => HeaderName === EDGE_HEADER);
  if (ours.length === 0)
    throw new Error(
      `The distribution says no ${EDGE_HEADER}: npm run deploy. Both secrets stay good; then run this again.`,
    );
  for (const header of ours) header.HeaderValue = next;
  await cloudFront.send(new UpdateDistributionCommand({ Id, IfMatch: ETag, DistributionConfig: config }));
  say('… the distribution is told, which takes some minutes');
  for (let look = 0; ; look += 1) {
    const { Distribution: distribution } = Deployed.parse(await cloudFront.send(new GetDistributionCommand({ Id })));
    if (distribution?.Status === 'Deployed') break;
    if (look >= LOOKS) throw new Error('The distribution is not deployed yet; both secrets stay good. Run this again.');
    await pause();
  }
  await changeSecret(secrets, secretId, () => ({ EDGE_SECRET_BEFORE: undefined }));
  await untilKnown(operator);
  say('✓ the edge’s secret is another');
};

/** Mux's signing key: `npm run setup:mux` makes another where there is none. Tokens of the old one are good until it is deleted in Mux. */
export const forgetSigningKey = async ({ output, secrets, say }: Operator): Promise<void> => {
  await changeSecret(secrets, await output('Data.MuxSecret'), () => ({
    MUX_SIGNING_KEY_ID: undefined,
    MUX_SIGNING_PRIVATE_KEY: undefined,
  }));
  say('✓ the signing key is forgotten: npm run setup:mux makes another, which functions know after five minutes');
};
