// @ts-check
/** Asks the platform that runs from this clone's data folder. */
import { CommandError, messageOf } from '../local/command-error.mjs';
import { runningPlatform } from '../local/running.mjs';

/**
 * Throws a CommandError where no platform runs on the folder, or where it does not answer within `withinMs`.
 *
 * @param {string} dataDir
 * @param {string} path
 * @param {{ withinMs: number, body?: object }} request posts the body where there is one, and shows the platform's own secret
 * @returns {Promise<{ ok: boolean, body: any }>} what it answers, in JSON
 */
export const askPlatform = async (dataDir, path, { withinMs, body }) => {
  const running = await runningPlatform(dataDir);
  if (!running) throw new CommandError(`Vybzz is not running on ${dataDir}: npm start`);
  try {
    const answer = await fetch(`${running.origin}${path}`, {
      signal: AbortSignal.timeout(withinMs),
      ...(body && {
        method: 'POST',
        headers: { authorization: `Bearer ${running.localSecret}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    });
    return { ok: answer.ok, body: await answer.json() };
  } catch (cause) {
    throw new CommandError(
      `Vybzz runs (pid ${running.pid}) but ${running.origin} does not answer: ${messageOf(cause)}`,
      { cause },
    );
  }
};
