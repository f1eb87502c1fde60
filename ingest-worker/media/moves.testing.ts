/** How many items the engine moves within lists, or copies to new ones, while `work` is done: the same on any machine. */
export const countMoves = (work: () => void): number => {
  const { shift, unshift, splice, slice } = Array.prototype;
  const kept = { shift, unshift, splice, slice };
  let moved = 0;
  for (const [name, move] of Object.entries(kept))
    Object.assign(Array.prototype, {
      [name](this: unknown[], ...given: never[]) {
        const result: unknown = Reflect.apply(move, this, given);
        moved += name === 'slice' && Array.isArray(result) ? result.length : this.length;
        return result;
      },
    });
  try {
    work();
  } finally {
    Object.assign(Array.prototype, kept);
  }
  return moved;
};
