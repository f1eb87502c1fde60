/** What a key does to the player. */
export type PlayerAction =
  | 'toggle'
  | 'back'
  | 'on'
  | 'mute'
  | 'louder'
  | 'quieter'
  | 'fullscreen'
  | 'captions'
  | 'picture-in-picture'
  | 'theatre'
  | 'live'
  | 'keys';

/** The keys as they are shown, and what they do. */
export const KEYS: readonly { keys: readonly string[]; action: PlayerAction }[] = [
  { keys: ['Space', 'K'], action: 'toggle' },
  { keys: ['J', '←'], action: 'back' },
  { keys: ['L', '→'], action: 'on' },
  { keys: ['↑'], action: 'louder' },
  { keys: ['↓'], action: 'quieter' },
  { keys: ['M'], action: 'mute' },
  { keys: ['C'], action: 'captions' },
  { keys: ['F'], action: 'fullscreen' },
  { keys: ['I'], action: 'picture-in-picture' },
  { keys: ['T'], action: 'theatre' },
  { keys: ['End'], action: 'live' },
  { keys: ['?'], action: 'keys' },
];

const NAMES: Record<string, string> = {
  ' ': 'Space',
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
};
/** The page scrolls by these unless the player has the focus. */
const OF_THE_PAGE: ReadonlySet<string> = new Set(['ArrowUp', 'ArrowDown', 'End']);

const TYPING = 'input, textarea, select, [contenteditable]:not([contenteditable="false"])';
/** What makes something of its own of the arrows, or of all keys. */
const OWN_KEYS =
  '[role="menu"], [role="dialog"], [role="alertdialog"], [role="listbox"], [role="tablist"], [role="radiogroup"]';
const PRESSED_BY_SPACE = 'button, a[href], summary, [role="button"]';

type Press = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'defaultPrevented' | 'target'>;

/**
 * What a key that was pressed anywhere on the page does to its player; nothing while somebody types, or where the key is
 * somebody else's.
 *
 * @param player what the player consists of
 */
export const actionOf = (event: Press, player: Element | null): PlayerAction | undefined => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return undefined;
  const target = event.target instanceof Element ? event.target : undefined;
  if (target?.closest(TYPING) && !isRange(target)) return undefined;
  if (target?.closest(OWN_KEYS)) return undefined;
  const inside = target !== undefined && player?.contains(target) === true;
  if (OF_THE_PAGE.has(event.key) && !inside) return undefined;
  // a slider moves by the arrows, a button is pressed by Space
  if (target && isRange(target) && (event.key.startsWith('Arrow') || event.key === 'End')) return undefined;
  if (event.key === ' ' && target?.closest(PRESSED_BY_SPACE)) return undefined;
  const name = NAMES[event.key] ?? (event.key.length === 1 ? event.key.toUpperCase() : event.key);
  return KEYS.find(({ keys }) => keys.includes(name))?.action;
};

const isRange = (element: Element) => element instanceof HTMLInputElement && element.type === 'range';
