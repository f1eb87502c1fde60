import * as z from 'zod';

/** What can be made to go wrong, on demand. What is absent works. */
export const Faults = z.strictObject({
  rtmps: z
    .strictObject({
      /** `connection`: the port closes whatever comes. `publish`: every key is refused. `server`: a publish is answered with a failure of ours. */
      refuse: z.enum(['connection', 'publish', 'server']).optional(),
      /** A second encoder on a key in use: refused, where by default it takes over (what Mux does is not known). */
      second: z.enum(['refuse']).optional(),
      /** Publishing encoders are read no more; the connection stays. */
      stall: z.boolean().optional(),
      /** Nobody is read or answered: not the handshake either. */
      freeze: z.boolean().optional(),
      slowBytesPerSecond: z.number().int().positive().optional(),
      /** Window acknowledgements are withheld. */
      dropAcknowledgements: z.boolean().optional(),
      /** How many bytes of an encoder's connection are read before it is reset. */
      resetAfterBytes: z.number().int().positive().optional(),
    })
    .optional(),
  api: z
    .strictObject({
      /** `lost`: the call takes effect and its answer never arrives. `never`: it takes no effect either, and nothing is said. */
      answer: z.enum(['rate-limited', 'error', 'never', 'lost']),
      /** Only calls whose `METHOD /path` contains this. */
      match: z.string().optional(),
      /** How many calls fail; then all is well again. */
      times: z.number().int().positive().optional(),
    })
    .optional(),
  webhooks: z
    .strictObject({
      /** How many times more each is delivered. */
      duplicate: z.number().int().positive().max(10).optional(),
      /** How many are gathered (or as many as come within a second) and delivered newest first. */
      reorder: z.number().int().min(2).max(100).optional(),
      delayMs: z.number().int().positive().optional(),
      /** Nothing is delivered until this is lifted. */
      hold: z.boolean().optional(),
    })
    .optional(),
});
export type Faults = z.infer<typeof Faults>;

/** The switchboard of faults. */
export type FaultSwitch = {
  readonly now: Faults;
  /** Replaces the groups that are named; a group set to `undefined` is well again. */
  set: (faults: { [Group in keyof Faults]?: Faults[Group] | undefined }) => void;
  clear: () => void;
  onChange: (listener: () => void) => void;
  /** Counts a call that `api.times` limits. */
  takeApiFault: (call: string) => NonNullable<Faults['api']>['answer'] | undefined;
};

export const createFaults = (): FaultSwitch => {
  let now: Faults = {};
  const listeners = new Set<() => void>();
  const change = (next: Faults): void => {
    now = next;
    for (const listener of listeners) listener();
  };

  return {
    get now() {
      return now;
    },
    set: (faults) => change(Faults.parse({ ...now, ...faults })),
    clear: () => change({}),
    onChange: (listener) => void listeners.add(listener),
    takeApiFault(call) {
      const { api, ...others } = now;
      if (!api || (api.match !== undefined && !call.includes(api.match))) return undefined;
      if (api.times !== undefined) change(api.times > 1 ? { ...now, api: { ...api, times: api.times - 1 } } : others);
      return api.answer;
    },
  };
};
