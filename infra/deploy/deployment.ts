import { readSettings, type Settings } from '../settings.ts';
import { CommandError } from '../local/command-error.mjs';

/** The environment that a command is about where nobody says which. */
export const DEFAULT_ENVIRONMENT = 'production';

export const STACKS = ['Data', 'ControlPlane', 'Ingest', 'Web', 'Observability'] as const;
export type StackPart = (typeof STACKS)[number];

export const stackNameOf =
  ({ name }: Pick<Settings, 'name'>) =>
  (part: string): string =>
    `${name}-${part}`;

/** The settings of an environment, for a command: what cannot be read is said in a sentence. */
export const settingsOf = (environment: string): Settings => {
  try {
    return readSettings(environment);
  } catch (cause) {
    throw new CommandError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
};
