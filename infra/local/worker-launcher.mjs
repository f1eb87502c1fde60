// @ts-check
/** Runs the worker's bundle and ends with whoever started it, however that one ended. */
import { pathToFileURL } from 'node:url';

process.once('disconnect', () => process.exit(1));
await import(pathToFileURL(process.argv[2] ?? '').href);
