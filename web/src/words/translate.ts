import type { useTranslations } from 'use-intl';
import type { Catalogue } from './catalogue.ts';

/** The words of one part of the catalogue, for a function that is no component: `Translate<'ui'>`. */
export type Translate<Part extends keyof Catalogue> = ReturnType<typeof useTranslations<Part>>;
