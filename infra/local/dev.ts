import type { Server } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createServer } from 'vite';
import { watchBundle } from './build.ts';
import type { DevServer } from './gateway.ts';
import { ROOT } from './machine.mjs';
import type * as ControlPlaneModule from './control-plane.ts';

/** Vite behind the gateway: the socket by which it reloads pages shares our server, so that a page sees one origin only. */
export const startVite = async (server: Server): Promise<DevServer & { close: () => Promise<void> }> => {
  const root = join(ROOT, 'web');
  const vite = await createServer({
    root,
    configFile: join(root, 'vite.config.ts'),
    server: { middlewareMode: true, ws: { server }, allowedHosts: ['localhost'] },
    appType: 'spa',
    logLevel: 'warn',
  });
  return { middlewares: vite.middlewares, close: () => vite.close() };
};

/**
 * Watches the sources of the control plane and of the worker, and tells when either has been bundled anew.
 *
 * @param outdir where the bundles go
 */
export const watchSources = async (
  outdir: string,
  changed: {
    controlPlane: (fresh: typeof ControlPlaneModule) => void;
    worker: (bundle: string) => void;
    /** The control plane as it is edited does not start: what ran goes on. */
    failed: (cause: unknown) => void;
  },
): Promise<() => Promise<void>> => {
  const controlPlane = join(outdir, 'control-plane.mjs');
  const worker = join(outdir, 'ingest-worker.mjs');
  // The first bundle is of what runs already.
  const afterTheFirst = (tell: () => void) => {
    let first = true;
    return () => {
      if (!first) tell();
      first = false;
    };
  };
  const stops = await Promise.all([
    watchBundle(
      'infra/local/control-plane.ts',
      controlPlane,
      afterTheFirst(() => {
        // Another query is another module to Node; the old one goes when nothing holds it.
        import(`${pathToFileURL(controlPlane).href}?${Date.now()}`)
          .then((fresh: typeof ControlPlaneModule) => changed.controlPlane(fresh))
          .catch(changed.failed);
      }),
    ),
    watchBundle(
      'ingest-worker/main.ts',
      worker,
      afterTheFirst(() => changed.worker(worker)),
    ),
  ]);
  return async () => {
    await Promise.all(stops.map((stop) => stop()));
  };
};
