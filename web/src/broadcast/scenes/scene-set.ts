import * as z from 'zod/mini';
import { CARDS, CORNERS, INSET_SIZES, type Corner, type Layout, type Overlays } from '../picture/stage.ts';

export const SCENE_LIMITS = {
  scenes: 12,
  nameCharacters: 40,
  textCharacters: 200,
  /** A picture that is kept; a video file stays where it is and has no limit. */
  pictureBytes: 10 * 1024 * 1024,
  slides: 30,
  /** Pictures are kept no larger than the largest show. */
  pictureSide: 1_920,
  countdownMinutes: 120,
} as const;

const Card = z.enum(CARDS);
const CornerName = z.enum(CORNERS);
const Text = z.string().check(z.maxLength(SCENE_LIMITS.textCharacters));

const LayoutShape = z.discriminatedUnion('is', [
  z.object({ is: z.literal('camera') }),
  z.object({ is: z.literal('screen') }),
  z.object({ is: z.literal('inset'), corner: CornerName, size: z.enum(INSET_SIZES), round: z.boolean() }),
  z.object({ is: z.literal('side-by-side') }),
  z.object({ is: z.literal('media') }),
  z.object({
    is: z.literal('card'),
    card: Card,
    minutes: z.number().check(z.int(), z.gte(0), z.lte(SCENE_LIMITS.countdownMinutes)),
  }),
]);

const SceneShape = z.object({
  id: z.string().check(z.maxLength(64)),
  name: z.string().check(z.maxLength(SCENE_LIMITS.nameCharacters)),
  layout: LayoutShape,
});

/** What lies over all scenes, each part kept while it is not shown. */
const Dressing = z.object({
  lowerThird: z.object({ shown: z.boolean(), name: Text, line: Text }),
  ticker: z.object({ shown: z.boolean(), text: Text }),
  logo: z.object({ shown: z.boolean(), corner: CornerName }),
  background: z.string().check(z.regex(/^#[0-9a-f]{6}$/)),
});

export const SceneSet = z.object({
  scenes: z.array(SceneShape).check(z.minLength(1), z.maxLength(SCENE_LIMITS.scenes)),
  dressing: Dressing,
});

export type Scene = { id: string; name: string; layout: Layout };
export type Dressing = z.infer<typeof Dressing>;
export type SceneSet = { scenes: Scene[]; dressing: Dressing };

/** What a creator has before they have made anything of their own. Without a name each is called by what it shows. */
export const USUAL_SCENES: SceneSet = {
  scenes: [
    { id: 'camera', name: '', layout: { is: 'camera' } },
    { id: 'inset', name: '', layout: { is: 'inset', corner: 'bottom-right', size: 'small', round: false } },
    { id: 'screen', name: '', layout: { is: 'screen' } },
    { id: 'side-by-side', name: '', layout: { is: 'side-by-side' } },
    { id: 'media', name: '', layout: { is: 'media' } },
    { id: 'starting', name: '', layout: { is: 'card', card: 'starting', minutes: 5 } },
    { id: 'break', name: '', layout: { is: 'card', card: 'break', minutes: 0 } },
    { id: 'ended', name: '', layout: { is: 'card', card: 'ended', minutes: 0 } },
  ],
  dressing: {
    lowerThird: { shown: false, name: '', line: '' },
    ticker: { shown: false, text: '' },
    logo: { shown: false, corner: 'top-right' },
    background: '#000000',
  },
};

/** Scenes that there are while there are guests: nobody has to make them, and they are kept nowhere. */
export const GUEST_SCENES: readonly Scene[] = [
  { id: 'guests-side-by-side', name: '', layout: { is: 'guests', as: 'side-by-side' } },
  { id: 'guests-corner', name: '', layout: { is: 'guests', as: 'corner' } },
];

export const overlaysOf = ({ lowerThird, ticker, logo, background }: Dressing): Overlays => {
  const [name, line, text] = [lowerThird.name.trim(), lowerThird.line.trim(), ticker.text.trim()];
  const corner: Corner | undefined = logo.shown ? logo.corner : undefined;
  return {
    lowerThird: lowerThird.shown && name !== '' ? { name, line } : undefined,
    ticker: ticker.shown && text !== '' ? text : undefined,
    logo: corner,
    background,
  };
};
