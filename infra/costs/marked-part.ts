/**
 * A page with `text` in place of what stood between `<!-- name -->` and `<!-- /name -->`, each on a line of its own. Throws where the
 * page has not one such part: what is written there would otherwise be lost, or stand in the wrong place.
 */
export const withMarkedPart = (page: string, name: string, text: string): string => {
  const [before, ...after] = page.split(`<!-- ${name} -->\n`);
  const [between, ...rest] = (after[0] ?? '').split(`<!-- /${name} -->`);
  if (before === undefined || after.length !== 1 || between === undefined || rest.length !== 1)
    throw new Error(`The page has not one part that is marked as "${name}".`);
  return `${before}<!-- ${name} -->\n${text}\n<!-- /${name} -->${rest[0]}`;
};
