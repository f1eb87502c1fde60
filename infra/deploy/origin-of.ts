import type { Settings } from '../settings.ts';
import { openAccount } from './account.ts';
import { planDeployment } from './plan.ts';

/** Where browsers find an environment's site, as CloudFormation says; throws a sentence where it is not deployed. */
export const originOf = async (settings: Settings): Promise<string> => {
  const { origin } = await planDeployment(settings, openAccount(settings.region));
  if (!origin) throw new Error(`${settings.name} is not deployed in ${settings.region}: npm run deploy`);
  return origin;
};
