/** The load's table; see load.ts. */
import { startTable } from '#stand-ins/table/server';
import { servePart } from '../lib/part.ts';
import { makeTable } from '../lib/test-streams.ts';

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

servePart({
  start: async () => {
    const { url } = await startTable({ port: 0 });
    await makeTable(url);
    return { url };
  },
});
