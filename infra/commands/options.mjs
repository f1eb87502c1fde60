// @ts-check
/** What was typed behind a command. */
import { parseArgs } from 'node:util';

/**
 * Reads the switches and words behind a command. Ends the process where that leaves nothing to do: with 0 after `--help`, with 2
 * and a sentence where a switch is unknown or a word is too many.
 *
 * @template {string} Name
 * @param {{ help: string, usage: string, switches?: readonly Name[], words?: number }} command `help` is what to type for `usage`
 * @returns {{ has: (name: Name) => boolean, words: string[] }}
 */
export const readOptions = ({ help, usage, switches = [], words: most = 0 }) => {
  const { tokens } = parseArgs({
    options: Object.fromEntries(
      ['help', ...switches].map((name) => [name, { type: /** @type {const} */ ('boolean') }]),
    ),
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  /** @type {(typed: string) => never} */
  const refuse = (typed) => {
    console.error(`✗ There is no ${typed}: ${help}`);
    process.exit(2);
  };
  const named = tokens.filter((token) => token.kind === 'option');
  if (named.some(({ name }) => name === 'help' || name === 'h')) {
    console.log(usage);
    process.exit(0);
  }
  const known = new Set(/** @type {readonly string[]} */ (switches));
  const unknown = named.find(({ name, value }) => !known.has(name) || value !== undefined);
  if (unknown) refuse(unknown.rawName);
  const words = tokens.filter((token) => token.kind === 'positional').map(({ value }) => value);
  const tooMany = words[most];
  if (tooMany !== undefined) refuse(tooMany);
  return { has: (name) => named.some((option) => option.name === name), words };
};
