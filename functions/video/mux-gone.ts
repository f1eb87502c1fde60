import { NotFoundError } from '@mux/mux-node';
import { VideoFault } from './live-video.ts';

/** Mux does not have what the call was about, or no longer. */
export const isGone = (error: unknown): boolean => error instanceof VideoFault && error.cause instanceof NotFoundError;

/** Says whether it was done, or what it was to be done to has gone. */
export const orGone = async (call: () => Promise<unknown>): Promise<'done' | 'gone'> => {
  try {
    await call();
    return 'done';
  } catch (error) {
    if (isGone(error)) return 'gone';
    throw error;
  }
};

/** The answer; undefined where what was asked about has gone. */
export const unlessGone = async <Answer>(call: () => Promise<Answer>): Promise<Answer | undefined> => {
  try {
    return await call();
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
};
