/** A file that is not what it says it is, or holds more than we take. The message is for the log. */
export class Unusable extends Error {
  override name = 'Unusable';
}
