import { fileURLToPath } from 'node:url';
import { compileFunction } from 'node:vm';
import { build } from 'esbuild';
import { parseAst, Visitor } from 'vite';
import type { createContainerReader } from './media/container-reader.ts';
import type { createFlvReader } from './media/flv-reader.ts';
import type { createPictureSetUp } from './media/picture-set-up.ts';
import { countMoves } from './media/moves.testing.ts';
import type { createRing } from './media/ring.ts';
import type { createTagger } from './media/tagger.ts';
import type { createChunkReader } from './publish/chunk-reader.ts';
import type { PUBLISH_LIMITS } from './publish/publish-limits.ts';
import type { createReplayBuffer } from './session/replay-buffer.ts';

/** What reads bytes of strangers. */
export type Readers = {
  createContainerReader: typeof createContainerReader;
  createRing: typeof createRing;
  createPictureSetUp: typeof createPictureSetUp;
  createTagger: typeof createTagger;
  createReplayBuffer: typeof createReplayBuffer;
  createFlvReader: typeof createFlvReader;
  createChunkReader: typeof createChunkReader;
  PUBLISH_LIMITS: typeof PUBLISH_LIMITS;
};

const SOURCE = `
  export { createContainerReader } from './media/container-reader.ts';
  export { createRing } from './media/ring.ts';
  export { createPictureSetUp } from './media/picture-set-up.ts';
  export { createTagger } from './media/tagger.ts';
  export { createReplayBuffer } from './session/replay-buffer.ts';
  export { createFlvReader } from './media/flv-reader.ts';
  export { createChunkReader } from './publish/chunk-reader.ts';
  export { PUBLISH_LIMITS } from './publish/publish-limits.ts';
`;

/** How many copied bytes are about the work of one turn of a loop; an item of a list has eight. */
const COPIED_BYTES = 64;
const ITEM_BYTES = 8;

/**
 * Our readers as they are, but for a count in every function and every turn of every loop of them, and of what is copied when
 * buffers are joined, or moved within lists: work that is the same on any machine, however busy.
 */
export const loadCounted = async (): Promise<{ readers: Readers; count: (work: () => void) => number }> => {
  const resolveDir = fileURLToPath(new URL('.', import.meta.url));
  const { outputFiles } = await build({
    stdin: { contents: SOURCE, resolveDir, loader: 'ts' },
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    write: false,
  });
  const code = withCounts(outputFiles[0]?.text ?? '');
  const module: { exports?: Readers } = {};
  let done = 0;
  const counted = compileFunction(code, ['module', 'countTurn']);
  counted(module, () => {
    done++;
  });
  const { exports: readers } = module;
  if (!readers) throw new Error('the readers were not loaded');
  return {
    readers,
    count: (work) => {
      const concat = Buffer.concat.bind(Buffer);
      done = 0;
      Buffer.concat = (...given) => {
        const joined = concat(...given);
        done += joined.byteLength / COPIED_BYTES;
        return joined;
      };
      try {
        const moved = countMoves(work);
        done += (moved * ITEM_BYTES) / COPIED_BYTES;
      } finally {
        Buffer.concat = concat;
      }
      return done;
    },
  };
};

const COUNT = 'countTurn();';

const withCounts = (code: string): string => {
  const inserts: { at: number; text: string }[] = [];
  const counted = (body: { type: string; start: number; end: number } | null): void => {
    if (!body) return;
    if (body.type === 'BlockStatement') return void inserts.push({ at: body.start + 1, text: COUNT });
    inserts.push({ at: body.start, text: `{${COUNT}` }, { at: body.end, text: '}' });
  };
  const arrow = (body: { type: string; start: number; end: number }): void => {
    if (body.type === 'BlockStatement') return counted(body);
    inserts.push({ at: body.start, text: '(countTurn(), ' }, { at: body.end, text: ')' });
  };
  new Visitor({
    FunctionDeclaration: ({ body }) => counted(body),
    FunctionExpression: ({ body }) => counted(body),
    ArrowFunctionExpression: ({ body }) => arrow(body),
    ForStatement: ({ body }) => counted(body),
    ForOfStatement: ({ body }) => counted(body),
    ForInStatement: ({ body }) => counted(body),
    WhileStatement: ({ body }) => counted(body),
    DoWhileStatement: ({ body }) => counted(body),
  }).visit(parseAst(code));
  // From the end on, so that no place moves before its turn; of two at one place an end comes before a beginning.
  return inserts
    .map((insert, order) => ({ ...insert, order }))
    .sort((one, other) => other.at - one.at || other.order - one.order)
    .reduce((text, { at, text: inserted }) => text.slice(0, at) + inserted + text.slice(at), code);
};
