type Look<Item, Place> = (ask: { limit: number; after: Place | undefined }) => Promise<{
  items: readonly Item[];
  /** Where the list goes on after these; undefined at its end. */
  next: Place | undefined;
}>;

type Parts<Item extends { id: string }, View extends { id: string }, Place> = {
  /** How many are wanted. */
  limit: number;
  after: Place | undefined;
  look: Look<Item, Place>;
  /** Of these the ones that the viewer may see, in any order. */
  views: (items: readonly Item[]) => Promise<readonly View[]>;
  /** Where the list goes on after this one. */
  placeOf: (item: Item) => Place;
};

/** The first look is of a page; where too much of it was hidden, the next ones are larger. */
const LOOK_ITEMS = 100;
/** Looks that one page may cost. A list that hides more than all of them show gives a short page, and goes on after it. */
export const FILL_LOOKS = 12;

/**
 * One page of what a viewer may see of a list that holds more: it is full wherever there is enough to see, and the last one, which
 * says so by having no `next`, is empty only where there is nothing to see at all.
 */
export const filledPage = async <Item extends { id: string }, View extends { id: string }, Place>({
  limit,
  after,
  look,
  views,
  placeOf,
}: Parts<Item, View, Place>): Promise<{ items: View[]; next: Place | undefined }> => {
  const shown: { view: View; place: Place }[] = [];
  let place = after;
  for (let looks = 0; looks < FILL_LOOKS; looks++) {
    // one more than wanted tells whether anything to be seen comes after the page
    const { items, next } = await look({ limit: looks === 0 ? limit + 1 : LOOK_ITEMS, after: place });
    const visible = new Map((await views(items)).map((view) => [view.id, view]));
    for (const item of items) {
      const view = visible.get(item.id);
      if (view) shown.push({ view, place: placeOf(item) });
    }
    place = next;
    if (shown.length > limit || place === undefined) break;
  }
  const page = shown.slice(0, limit);
  return {
    items: page.map(({ view }) => view),
    next: shown.length > limit ? page.at(-1)?.place : place,
  };
};
