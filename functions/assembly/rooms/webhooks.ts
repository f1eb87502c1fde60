import type { Base } from '../base.ts';
import { createMux, type Streaming } from '../streaming.ts';
import { createVerifyWebhook } from '../../video/mux-signature.ts';
import { createWebhooksApp } from '../../webhooks/app.ts';

/** The room that Mux calls, on the base that all rooms share. */
export const buildWebhooksRoom = (base: Base, { events, changed }: Pick<Streaming, 'events' | 'changed'>) => {
  const { config, clock, log } = base;
  return createWebhooksApp({
    log,
    verify: createVerifyWebhook({ mux: createMux(base), secrets: config.MUX_WEBHOOK_SECRETS ?? [], clock }),
    events,
    changed,
    clock,
  });
};
