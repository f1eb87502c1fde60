/** The search, its results and the pages of tags. */
export const find = {
  search: 'Search',
  resultsFor: 'Results for “{words}”',
  whatAreYouLookingFor: 'What are you looking for?',
  peopleShowsAndTags: 'People by name or @handle, shows by title, and #tags.',
  whichResults: 'Which results',
  people: 'People',
  shows: 'Shows',
  tags: 'Tags',
  nothingFound: 'Nothing found for “{words}”',
  tryFewerLetters: 'Words are found by their beginning: try fewer letters, or another tab.',
  searching: 'Searching',
  notSearched: 'The search did not work',
  nothingTagged: 'Nothing here yet',
  nothingInCategory: 'Nothing in this category yet',
  chooseItForAShow: 'Choose it for one of your shows, and the show appears here.',
  writeTheTag: 'Write #{tag} in a post, or in the title or description of a show, and it appears here.',
} as const;
