import { describe, expect, it, vi } from 'vitest';
import { chooseRows } from './run-rows.ts';

const ROWS = ['first-frame', 'error-worker-full', 'error-mux-down'].map((name) => ({ name, promise: name }));
const chosen = (wanted?: string) => chooseRows(ROWS, wanted, 'usage').map(({ name }) => name);

describe('the rows of a command line', () => {
  it('are all where none is named, those that are named, or all that begin so, in the order of the table', () => {
    expect(chosen()).toEqual(['first-frame', 'error-worker-full', 'error-mux-down']);
    expect(chosen('error-mux-down,first-frame')).toEqual(['first-frame', 'error-mux-down']);
    expect(chosen('error-')).toEqual(['error-worker-full', 'error-mux-down']);
  });

  it('end the program with 2 where one does not exist', () => {
    const said = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const exit = vi.spyOn(process, 'exit').mockImplementation((code) => {
      throw new Error(`exit ${code}`);
    });
    for (const name of ['error', 'errors-', 'second-frame']) expect(() => chosen(name)).toThrow('exit 2');
    expect(said.mock.calls[0]?.[0]).toContain('There is no error');
    exit.mockRestore();
    said.mockRestore();
  });
});
