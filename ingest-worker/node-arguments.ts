/**
 * With what Node runs a worker, wherever it does; the Dockerfile says the same.
 *
 * Almost all that a worker makes is short-lived media, of which V8 holds little and the heap beside it much. Left to itself V8 lets young
 * objects become 16 MB, and they hold tens of MB of media that nobody needs any more. Of 2 MB, 24 shows take two thirds of the memory a
 * show and no more processor time; more than 16 MB costs more of both.
 */
export const NODE_ARGUMENTS = ['--max-semi-space-size=2'] as const;
