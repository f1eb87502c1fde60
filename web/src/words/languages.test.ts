import { describe, expect, it } from 'vitest';
import { CATALOGUES } from './catalogue.ts';
import { bestLanguage, type Language } from './language.ts';
import { createLanguages } from './languages.ts';

const makeLanguages = ({ read = ['en'], chosen = null as string | null, catalogues = CATALOGUES } = {}) => {
  const kept = { language: chosen };
  const told: Language[] = [];
  const languages = createLanguages({
    kept: { read: () => kept.language, write: (text) => void (kept.language = text ?? null) },
    read: () => read,
    onSpoken: (language) => told.push(language),
    catalogues,
  });
  return { languages, kept, told };
};

describe('the language of a browser', () => {
  it.each([
    [['ur-PK', 'en'], 'ur'],
    [['ur-Latn-PK'], 'ur-Latn'],
    [['UR-latn'], 'ur-Latn'],
    [['de', 'pa-Arab-PK', 'ur'], 'ur'],
    [['en-GB', 'ur'], 'en'],
    [['de'], 'en'],
    [[], 'en'],
  ] as const)('%j is answered in %s', (read, language) => {
    expect(bestLanguage(read)).toBe(language);
  });
});

describe('the language of the app', () => {
  it('is what the browser reads, and the document is told', async () => {
    const { languages, told } = makeLanguages({ read: ['ur-PK'] });
    await languages.start();
    expect(languages.spoken().language).toBe('ur');
    expect(languages.translator('ui')('live')).toBe('لائیو');
    expect(told).toEqual(['ur']);
  });

  it('is what was chosen here, whatever the browser reads', async () => {
    const { languages } = makeLanguages({ read: ['en'], chosen: 'ur-Latn' });
    await languages.start();
    expect(languages.spoken().language).toBe('ur-Latn');
  });

  it('is the browser’s where what was kept is none of ours', async () => {
    const { languages } = makeLanguages({ read: ['ur'], chosen: 'klingon' });
    await languages.start();
    expect(languages.spoken().language).toBe('ur');
  });

  it('is remembered once it is chosen, and those who listen hear of it', async () => {
    const { languages, kept } = makeLanguages();
    await languages.start();
    let heard = 0;
    languages.subscribe(() => (heard += 1));
    await languages.choose('ur');
    expect(kept.language).toBe('ur');
    expect(heard).toBe(1);
  });

  it('stays as it is where the words of another do not come', async () => {
    const away = () => Promise.reject(new Error('away'));
    const { languages, kept } = makeLanguages({
      catalogues: { ...CATALOGUES, ur: { first: away, rest: away, guests: away } },
    });
    await languages.start();
    await expect(languages.choose('ur')).rejects.toThrow('away');
    expect(languages.spoken().language).toBe('en');
    expect(kept.language).toBeNull();
  });

  it('has the words of later pages once they are asked for, also after a change', async () => {
    const { languages } = makeLanguages({ read: ['ur'] });
    await languages.start();
    expect(languages.spoken().words.watch).toBeUndefined();
    await languages.complete('rest');
    expect(languages.translator('watch')('play')).toBe('چلائیں');
    await languages.choose('en');
    expect(languages.translator('watch')('play')).toBe('Play');
    expect(languages.spoken().words.guests).toBeUndefined();
    await languages.complete('rest', 'guests');
    expect(languages.translator('guests')('invite')).toBe('Invite a guest');
    expect(languages.translator('watch')('play')).toBe('Play');
  });

  it('asks again for words of later pages that did not come', async () => {
    let away = true;
    const rest = () => (away ? Promise.reject(new Error('away')) : CATALOGUES.en.rest());
    const { languages } = makeLanguages({ catalogues: { ...CATALOGUES, en: { ...CATALOGUES.en, rest } } });
    await languages.start();
    await expect(languages.complete('rest')).rejects.toThrow('away');
    away = false;
    await languages.complete('rest');
    expect(languages.translator('watch')('play')).toBe('Play');
  });

  it('is the last that was chosen, though an earlier one came later', async () => {
    let bring = () => {};
    const slow = new Promise<void>((come) => (bring = come));
    const { languages, kept } = makeLanguages({
      catalogues: { ...CATALOGUES, ur: { ...CATALOGUES.ur, first: () => slow.then(CATALOGUES.ur.first) } },
    });
    await languages.start();
    const first = languages.choose('ur');
    await languages.choose('ur-Latn');
    bring();
    await first;
    expect(languages.spoken().language).toBe('ur-Latn');
    expect(kept.language).toBe('ur-Latn');
  });
});
