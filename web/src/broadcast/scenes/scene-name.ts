import type { Translate } from '../../words/translate.ts';
import type { Scene } from './scene-set.ts';

/** What a scene is called: by its creator, or else by what it shows. */
export const sceneName = (t: Translate<'broadcast'>, { name, layout }: Pick<Scene, 'name' | 'layout'>): string => {
  if (name.trim() !== '') return name;
  if (layout.is === 'guests') return t(`scenes.guests.${layout.as}`);
  return layout.is === 'card' ? t(`card.${layout.card}`) : t(`scenes.layout.${layout.is}`);
};
