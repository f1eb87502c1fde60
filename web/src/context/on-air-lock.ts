const NAME = 'vybzz.on-air';

/** Tells the tabs of a browser that one of them is on the air, by a Web Lock that all of such tabs share. Nothing where there are none. */
export const createOnAirLock = ({ locks }: { locks?: LockManager | undefined }) => ({
  tellOnAir: () => {
    let over = () => {};
    const onAir = new Promise<void>((done) => (over = done));
    void locks?.request(NAME, { mode: 'shared' }, () => onAir).catch(() => {});
    return over;
  },
  isTold: async () => {
    const { held = [] } = (await locks?.query()) ?? {};
    return held.some(({ name }) => name === NAME);
  },
});
