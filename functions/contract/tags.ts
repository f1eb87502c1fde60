/** #tags in what people write, as the rooms read them. */
export { parseTag, TAG } from '#domain/tags';
