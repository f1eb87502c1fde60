import type { Operation } from './operation.ts';
import { PEOPLE_OPERATIONS } from './people-operations.ts';
import { POST_OPERATIONS } from './post-operations.ts';
import { REPORT_OPERATIONS } from './reports.ts';
import { SEARCH_OPERATIONS } from './search.ts';
import { SHARING_OPERATIONS } from './sharing.ts';
import { STREAM_OPERATIONS } from './stream-operations.ts';

/** Every call of the API. */
export const OPERATIONS: readonly Operation[] = [
  ...PEOPLE_OPERATIONS,
  ...POST_OPERATIONS,
  ...STREAM_OPERATIONS,
  ...REPORT_OPERATIONS,
  ...SEARCH_OPERATIONS,
  ...SHARING_OPERATIONS,
];
