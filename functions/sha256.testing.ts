import { createHash, createHmac } from 'node:crypto';

/** SHA-256 as a signer of AWS's wants it (`ChecksumConstructor`), which the clients of its SDK bring along. */
export class Sha256 {
  readonly #hash;
  constructor(secret?: unknown) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret as Uint8Array);
  }
  update(text: unknown): void {
    this.#hash.update(text as Uint8Array);
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
}
