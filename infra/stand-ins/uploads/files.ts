import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream, rmSync } from 'node:fs';
import { link, mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import * as z from 'zod';
import { Refused } from './refused.ts';

const Facts = z.object({ contentType: z.string(), cacheControl: z.optional(z.string()), etag: z.string() });
/** What is known of a file beside its bytes. */
export type Facts = z.infer<typeof Facts>;

/** A part of a key that can be the name of a file: no way up, nothing hidden. */
const PART = /^\w[\w.-]{0,200}$/;
const LONGEST_PARTS = 8;
/** Whose machine it is reads what people uploaded by this server alone. */
const PRIVATE_FOLDER = { recursive: true, mode: 0o700 };
const PRIVATE_FILE = { mode: 0o600 };

/** Files by key on this machine's disk; what they are called there is nobody else's to know. */
export const openFiles = (dir: string) => {
  // what was under way when the last process died
  rmSync(join(dir, 'drafts'), { recursive: true, force: true });

  /** Where a key's bytes and facts are; undefined for a key that is no plain path. */
  const placeOf = (key: string): { bytes: string; facts: string } | undefined => {
    const parts = key.split('/');
    if (parts.length > LONGEST_PARTS || !parts.every((part) => PART.test(part))) return undefined;
    return { bytes: join(dir, 'bytes', ...parts), facts: join(dir, 'facts', `${join(...parts)}.json`) };
  };

  return {
    /** Takes a file in; it is there once it is there whole. What is too small or large, or breaks off, leaves nothing. */
    put: async (
      key: string,
      source: Readable,
      {
        minBytes,
        maxBytes,
        once = false,
        ...facts
      }: {
        minBytes: number;
        maxBytes: number;
        /** Refuses where there is one already. */
        once?: boolean;
        contentType: string;
        cacheControl: string | undefined;
      },
    ): Promise<Facts> => {
      const place = placeOf(key);
      if (!place) throw new Refused('InvalidArgument', 'A key here is a plain path of letters, digits, _, - and dots.');
      const draft = join(dir, 'drafts', randomUUID());
      await mkdir(dirname(draft), PRIVATE_FOLDER);
      const hash = createHash('md5');
      let bytes = 0;
      const counting = new Transform({
        transform: (chunk: Buffer, _, done) => {
          bytes += chunk.byteLength;
          hash.update(chunk);
          if (bytes <= maxBytes) return done(null, chunk);
          return done(new Refused('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size'));
        },
      });
      try {
        await pipeline(source, counting, createWriteStream(draft, PRIVATE_FILE));
        if (bytes < minBytes)
          throw new Refused('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size');
        const whole: Facts = { ...facts, etag: `"${hash.digest('hex')}"` };
        await mkdir(dirname(place.facts), PRIVATE_FOLDER);
        await mkdir(dirname(place.bytes), PRIVATE_FOLDER);
        // of two that come at once, one links
        if (once)
          await link(draft, place.bytes).catch((cause: unknown) => {
            if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw cause;
            throw new Refused('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold');
          });
        await writeFile(place.facts, JSON.stringify(whole), PRIVATE_FILE);
        if (!once) await rename(draft, place.bytes);
        return whole;
      } finally {
        await rm(draft, { force: true });
      }
    },

    /** A file that is there, open; whoever asks closes it. */
    open: async (key: string) => {
      const place = placeOf(key);
      const handle = place && (await open(place.bytes).catch(() => undefined));
      if (!place || !handle) return undefined;
      try {
        const found = await handle.stat();
        if (!found.isFile()) {
          await handle.close();
          return undefined;
        }
        const facts = Facts.parse(JSON.parse(await readFile(place.facts, 'utf8')));
        return { ...facts, size: found.size, handle };
      } catch (cause) {
        await handle.close();
        throw cause;
      }
    },

    /** Done as well where there is no such file. */
    remove: async (key: string): Promise<void> => {
      const place = placeOf(key);
      if (!place) return;
      await rm(place.bytes, { force: true });
      await rm(place.facts, { force: true });
    },
  };
};
export type Files = ReturnType<typeof openFiles>;
