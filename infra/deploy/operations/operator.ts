import type { Stack } from '../account.ts';

/** What an operation works with. Each of AWS's clients is as its SDK has it, so that a fake is one `send`. */
export type Client = { send(command: object): Promise<unknown> };

export type Operator = {
  /** Outputs of the deployment's stacks, by `Part.Name`; throws a sentence where there is none of that name. */
  output: (name: `${string}.${string}`) => Promise<string>;
  lambda: Client;
  ecs: Client;
  secrets: Client;
  dynamodb: Client;
  cloudFront: Client;
  clock: () => Date;
  /** Waits between two looks. */
  pause: () => Promise<void>;
  say: (line: string) => void;
};

/** Outputs by the names that `npm run deploy` prints. */
export const outputsOf =
  (stack: (part: string) => Promise<Stack | undefined>): Operator['output'] =>
  async (name) => {
    const [part = '', output = ''] = name.split('.');
    const value = (await stack(part))?.outputs[output];
    if (value === undefined) throw new Error(`No stack has an output ${name}: npm run deploy`);
    return value;
  };
