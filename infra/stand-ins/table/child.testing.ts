import { startTable } from './server.ts';

/** A table in a process of its own, for the tests that kill it: `child.testing.ts <dataDir>` prints its address. */
const table = await startTable({ port: 0, dataDir: process.argv[2] ?? '' });
console.log(table.url);
