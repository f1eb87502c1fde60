import type { FaultSwitch } from '../faults.ts';
import { newId } from '../ids.ts';
import type { Store } from '../store.ts';
import type { Limits } from '../limits.ts';
import type { DeliveryRecord, EndpointRecord } from '../records.ts';
import { sign } from './signature.ts';

type Parts = {
  store: Pick<Store, 'endpoints' | 'deliveries'>;
  faults: FaultSwitch;
  limits: Limits;
  now: () => number;
  log: (line: string) => void;
};

export type Delivery = {
  enqueue: (type: string, body: string) => void;
  /** Sends what is due; to be called when something else than time may have changed that. */
  wake: () => void;
  close: () => Promise<void>;
};

const GATHER_MS = 1_000;

/**
 * Brings every webhook to every endpoint: one at a time and in order, as long as the endpoint takes them. What it does not
 * take is tried again later, and what comes after does not wait for that, as with Mux. Survives a restart.
 */
export const startDelivery = ({ store, faults, limits, now, log }: Parts): Delivery => {
  const { endpoints, deliveries } = store;
  const closing = new AbortController();
  /** Endpoints whose last webhook was not taken: said once, not at every one. */
  const failing = new Set<string>();
  const busy = new Map<string, Promise<void>>();
  let gathered: string[] = [];
  let gathering: NodeJS.Timeout | undefined;
  let timer: NodeJS.Timeout | undefined;
  let serial = deliveries.all().reduce((most, record) => Math.max(most, record.serial), 0);

  const due = (endpoint: EndpointRecord): DeliveryRecord | undefined =>
    faults.now.webhooks?.hold || !endpoint.enabled || closing.signal.aborted
      ? undefined
      : deliveries
          .all()
          .filter((record) => record.endpoint_id === endpoint.id && record.due_ms <= now())
          .sort((a, b) => a.serial - b.serial)[0];

  const post = async (endpoint: EndpointRecord, body: string): Promise<string | undefined> => {
    try {
      const answer = await fetch(endpoint.address, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'mux-signature': sign(body, endpoint.secret, now()),
          'user-agent': 'vybzz-mux-stand-in',
        },
        body,
        redirect: 'manual',
        signal: AbortSignal.any([closing.signal, AbortSignal.timeout(limits.webhookMs)]),
      });
      await answer.body?.cancel();
      return answer.ok ? undefined : `answered ${answer.status}`;
    } catch (cause) {
      return cause instanceof Error && cause.name === 'TimeoutError' ? 'did not answer in time' : 'cannot be reached';
    }
  };

  const attempt = async (endpoint: EndpointRecord, record: DeliveryRecord): Promise<void> => {
    const failed = await post(endpoint, record.body);
    if (closing.signal.aborted) return;
    if (failed !== undefined && !failing.has(endpoint.id)) log(`webhooks wait: ${endpoint.address} ${failed}`);
    if (failed === undefined) failing.delete(endpoint.id);
    else failing.add(endpoint.id);
    if (failed === undefined) {
      deliveries.remove(record.id);
      for (let again = 0; again < (faults.now.webhooks?.duplicate ?? 0); again += 1) await post(endpoint, record.body);
      return;
    }
    const attempts = record.attempts + 1;
    if (now() - record.since_ms >= limits.webhookGiveUpMs) {
      deliveries.remove(record.id);
      log(`${record.type} is given up: ${endpoint.address} ${failed}`);
      return;
    }
    const wait = Math.min(limits.webhookRetryMs * 2 ** (attempts - 1), limits.webhookRetryMaxMs);
    deliveries.put({ ...record, attempts, due_ms: now() + wait });
  };

  /** Never rejects: what cannot be written down (a full disk) is said, and tried again at the next wake. */
  const serve = async (endpointId: string): Promise<void> => {
    for (;;) {
      const endpoint = endpoints.get(endpointId);
      const record = endpoint && due(endpoint);
      if (!endpoint || !record) return;
      const written = await attempt(endpoint, record).then(
        () => true,
        (cause: unknown) => log(`a webhook is not settled: ${String(cause)}`),
      );
      if (!written) return;
    }
  };

  const wake = (): void => {
    clearTimeout(timer);
    if (closing.signal.aborted) return;
    for (const { id, endpoint_id } of deliveries.all()) if (!endpoints.get(endpoint_id)) deliveries.remove(id);
    for (const { id } of endpoints.all()) {
      if (busy.has(id)) continue;
      busy.set(
        id,
        serve(id).finally(() => {
          busy.delete(id);
          plan();
        }),
      );
    }
  };

  /** Sleeps until the next is due. */
  const plan = (): void => {
    clearTimeout(timer);
    if (closing.signal.aborted || faults.now.webhooks?.hold) return;
    const next = deliveries
      .all()
      .reduce(
        (soonest, { due_ms, endpoint_id }) =>
          endpoints.get(endpoint_id)?.enabled ? Math.min(soonest, due_ms) : soonest,
        Infinity,
      );
    if (next !== Infinity) timer = setTimeout(wake, Math.max(next - now(), 1));
  };

  /** Turns the order of what was gathered round, and lets it go. */
  const scatter = (): void => {
    clearTimeout(gathering);
    gathering = undefined;
    const records = gathered.flatMap((id) => deliveries.get(id) ?? []);
    const serials = records.map((record) => record.serial).reverse();
    gathered = [];
    for (const [index, record] of records.entries())
      deliveries.put({ ...record, serial: serials[index] ?? record.serial, due_ms: now() });
    wake();
  };

  const enqueue = (type: string, body: string): void => {
    const { delayMs = 0, reorder } = faults.now.webhooks ?? {};
    for (const { id: endpoint_id, enabled } of endpoints.all()) {
      if (!enabled) continue;
      serial += 1;
      const wait = reorder === undefined ? delayMs : delayMs + GATHER_MS;
      const record = {
        id: newId(),
        endpoint_id,
        type,
        body,
        serial,
        since_ms: now(),
        attempts: 0,
        due_ms: now() + wait,
      };
      deliveries.put(record);
      if (reorder !== undefined) gathered.push(record.id);
    }
    const all = deliveries.all();
    for (const { id, type: lost } of all.slice(0, Math.max(0, all.length - limits.pendingDeliveries))) {
      deliveries.remove(id);
      log(`${lost} is given up: too many wait`);
    }
    if (reorder === undefined) wake();
    else if (gathered.length >= reorder) scatter();
    else gathering ??= setTimeout(scatter, GATHER_MS);
  };

  faults.onChange(wake);
  wake();

  return {
    enqueue,
    wake,
    async close() {
      closing.abort();
      clearTimeout(timer);
      clearTimeout(gathering);
      await Promise.all(busy.values());
    },
  };
};
