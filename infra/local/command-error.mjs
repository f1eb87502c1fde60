// @ts-check
/** Something that the person at the keyboard can mend. Its message is the whole of what they are told: a sentence, never a stack. */
export class CommandError extends Error {}

/**
 * Runs a command, or a step of one, to its end. A CommandError ends the process with its sentence and 1; any other error is a
 * fault of ours and is thrown on.
 *
 * @template Result
 * @param {() => Promise<Result>} step
 * @returns {Promise<Result>}
 */
export const orExplain = async (step) => {
  try {
    return await step();
  } catch (cause) {
    if (!(cause instanceof CommandError)) throw cause;
    console.error(`\n✗ ${cause.message}`);
    process.exit(1);
  }
};

/** The message of whatever was thrown. @param {unknown} cause */
export const messageOf = (cause) => (cause instanceof Error ? cause.message : String(cause));
