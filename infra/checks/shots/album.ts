import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LANGUAGES, LANGUAGE_CODES } from '../../../web/src/words/language.ts';
import { pictureName, SCHEMES, WIDTHS, type Look } from './photographer.ts';
import type { State } from './states.ts';

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

const LOOKS: readonly Look[] = LANGUAGE_CODES.flatMap((language) =>
  WIDTHS.flatMap((width) => SCHEMES.map((scheme) => ({ language, width, scheme }))),
);

const figure = (name: string, look: Look): string => {
  const file = pictureName(name, look);
  const words = `${look.width} px, ${look.scheme}, ${LANGUAGES[look.language].name}`;
  return `<figure class="w${look.width}"><a href="${file}"><img src="${file}" alt="${escaped(`${name}: ${words}`)}" loading="lazy"></a><figcaption>${words}</figcaption></figure>`;
};

const STYLE = `:root{color-scheme:light dark;font:15px/1.5 system-ui,sans-serif}body{margin:0 1.5rem 4rem}
nav{display:flex;flex-wrap:wrap;gap:.25rem 1rem}section{border-top:1px solid #8886;margin-top:1.5rem}
h2 small{font-weight:400;opacity:.75}.row{display:flex;gap:1rem;align-items:flex-start;overflow-x:auto;padding-bottom:.5rem}
figure{flex:none;margin:0}figcaption{font-size:.8rem;opacity:.75}img{display:block;width:100%;border:1px solid #8886}
.w390{width:195px}.w1440{width:560px}`;

/** Writes the page that shows the pictures of a folder side by side, a row a state; also those of an earlier run. */
export const writeAlbum = async (folder: string, states: readonly State[]): Promise<string> => {
  const there = new Set(await readdir(folder));
  const sections = states.flatMap(({ name, shows }) => {
    const figures = LOOKS.filter((look) => there.has(pictureName(name, look))).map((look) => figure(name, look));
    if (figures.length === 0) return [];
    return {
      link: `<a href="#${name}">${name}</a>`,
      html: `<section id="${name}"><h2>${name} <small>${escaped(shows)}</small></h2><div class="row">${figures.join('')}</div></section>`,
    };
  });
  const path = join(folder, 'index.html');
  await writeFile(
    path,
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>Vybzz, as it looks</title><style>${STYLE}</style>
<h1>Vybzz, as it looks</h1><nav>${sections.map(({ link }) => link).join('')}</nav>
${sections.map(({ html }) => html).join('\n')}</html>
`,
  );
  return path;
};
