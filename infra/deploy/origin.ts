import { readFile } from 'node:fs/promises';
import * as z from 'zod';

/** What `cdk deploy --outputs-file` writes: by stack, by output. */
const Outputs = z.record(z.string(), z.record(z.string(), z.string()));

/** One output of a deployment. */
export const readOutput = async (file: string, stack: string, output: string): Promise<string | undefined> => {
  const outputs = Outputs.safeParse(JSON.parse(await readFile(file, 'utf8').catch(() => '{}')));
  return outputs.success ? outputs.data[stack]?.[output] : undefined;
};

/** Where a deployment's outputs are kept between runs. */
export const outputsFile = (root: string, name: string): string => `${root}/.vybzz/deployed-${name}.json`;
