/**
 * Orders what touches the table. Single writes share the gate and queue only for their own item; a transaction waits
 * until all that entered before it has left, and holds back all that comes after it.
 */
export function createGate() {
  let sharing = 0;
  let excluding = false;
  const waiting: { exclusive: boolean; enter: () => void }[] = [];
  const items = new Map<string, Promise<void>>();

  const admit = () => {
    for (let next = waiting[0]; next && !excluding && !(next.exclusive && sharing > 0); next = waiting[0]) {
      waiting.shift();
      if (next.exclusive) excluding = true;
      else sharing += 1;
      next.enter();
    }
  };

  const through = async <T>(exclusive: boolean, work: () => Promise<T>): Promise<T> => {
    await new Promise<void>((enter) => {
      waiting.push({ exclusive, enter });
      admit();
    });
    try {
      return await work();
    } finally {
      if (exclusive) excluding = false;
      else sharing -= 1;
      admit();
    }
  };

  return {
    shared: <T>(work: () => Promise<T>) => through(false, work),
    exclusive: <T>(work: () => Promise<T>) => through(true, work),

    /** Resolves, with the way to let go, when nobody else holds this key. */
    async hold(key: string): Promise<() => void> {
      const before = items.get(key);
      let letGo = () => {};
      const held = new Promise<void>((resolve) => {
        letGo = resolve;
      });
      const tail = before ? before.then(() => held) : held;
      items.set(key, tail);
      await before;
      return () => {
        letGo();
        if (items.get(key) === tail) items.delete(key);
      };
    },
  };
}

export type Gate = ReturnType<typeof createGate>;
