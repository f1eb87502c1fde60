import { get, set } from 'idb-keyval';
import { SceneSet, USUAL_SCENES } from './scene-set.ts';

/** A creator's scenes with the pictures in them, as they are kept in this browser. */
export type KeptScenes = {
  set: SceneSet;
  logo: Blob | undefined;
  background: Blob | undefined;
  /** The pictures of a scene, by its id. */
  slides: Record<string, Blob[]>;
};

/** Where scenes are kept; `whose` is a user's id. */
export type SceneStore = {
  load: (whose: string) => Promise<KeptScenes>;
  save: (whose: string, kept: KeptScenes) => Promise<void>;
};

export const NOTHING_KEPT: KeptScenes = { set: USUAL_SCENES, logo: undefined, background: undefined, slides: {} };

const keyOf = (whose: string) => `vybzz.scenes.${whose}`;
const blobOf = (value: unknown): Blob | undefined => (value instanceof Blob ? value : undefined);
const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

const slidesOf = (value: unknown): Record<string, Blob[]> =>
  typeof value === 'object' && value !== null
    ? Object.fromEntries(
        Object.entries(value).map(([id, blobs]: [string, unknown]) => [
          id,
          Array.isArray(blobs) ? blobs.filter((blob): blob is Blob => blob instanceof Blob) : [],
        ]),
      )
    : {};

/** Scenes in the browser's own database, which takes pictures as they are. */
export const createSceneStore = (): SceneStore => ({
  load: async (whose) => {
    try {
      const kept: unknown = await get(keyOf(whose));
      const parsed = SceneSet.safeParse(fieldOf(kept, 'set'));
      return {
        set: parsed.success ? parsed.data : USUAL_SCENES,
        logo: blobOf(fieldOf(kept, 'logo')),
        background: blobOf(fieldOf(kept, 'background')),
        slides: slidesOf(fieldOf(kept, 'slides')),
      };
    } catch {
      // Forbidden by the person's settings: there is what everybody has.
      return NOTHING_KEPT;
    }
  },
  save: (whose, kept) => set(keyOf(whose), kept),
});
