import { type App, Tags } from 'aws-cdk-lib';
import type { Deployment } from '../settings.ts';
import { ControlPlaneStack } from './control-plane.ts';
import { DataStack } from './data.ts';
import { IngestStack } from './ingest.ts';
import { ObservabilityStack } from './observability.ts';
import { WebStack } from './web.ts';

/** The whole of Vybzz in one account and region: what lasts, who answers, who takes media, what browsers see, who is told. */
export const createVybzz = (app: App, settings: Deployment, version: string) => {
  const named = (part: string) => `${settings.name}-${part}`;
  const data = new DataStack(app, named('Data'), {
    maxWriteUnits: settings.maxWriteUnits,
    restoredTable: settings.table,
    origin: settings.origin,
    iceUrls: settings.iceUrls,
  });
  const controlPlane = new ControlPlaneStack(app, named('ControlPlane'), { settings, data, version });
  const ingest = new IngestStack(app, named('Ingest'), { settings, table: data.table, tasks: controlPlane.tasks });
  const web = new WebStack(app, named('Web'), { settings, version, data, controlPlane, ingest });
  const observability = new ObservabilityStack(app, named('Observability'), {
    settings,
    data,
    controlPlane,
    ingest,
    web,
  });
  Tags.of(app).add('product', 'vybzz');
  Tags.of(app).add('deployment', settings.name);
  return { data, controlPlane, ingest, web, observability };
};
