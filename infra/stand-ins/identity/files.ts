import { rename, writeFile } from 'node:fs/promises';

/** Replaces a file that only its owner may read. A crash leaves the old one or the new one, whole. */
export async function replacePrivateFile(file: string, text: string): Promise<void> {
  const draft = `${file}.${process.pid}.draft`;
  await writeFile(draft, text, { mode: 0o600 });
  await rename(draft, file);
}
