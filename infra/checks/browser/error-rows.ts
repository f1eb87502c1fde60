import { OF_THE_APP } from './errors/app.ts';
import { OF_THE_DEVICE } from './errors/devices.ts';
import { rowOf } from './errors/scene.ts';
import { OF_THE_SERVICE } from './errors/service.ts';
import type { Row } from './rows.ts';

/** Every state that a person must not be left alone in, reached on purpose, and the words of it. */
export const ERROR_ROWS: readonly Row[] = [...OF_THE_DEVICE, ...OF_THE_SERVICE, ...OF_THE_APP].map(rowOf);
