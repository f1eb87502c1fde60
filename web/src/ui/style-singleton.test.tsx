// @vitest-environment happy-dom
import { expect, it } from 'vitest';
import { InEnglish } from '../words/words.testing.tsx';
import { render } from './render.testing.tsx';
import { styleSingleton } from './style-singleton.ts';

const sheets = () =>
  document.adoptedStyleSheets.map((sheet) => [...sheet.cssRules].map(({ cssText }) => cssText).join(' '));

it('holds the styles of the first until the last has gone, without an element of the page', () => {
  const Styles = styleSingleton();
  const shown = (count: number, styles: string) => (
    <InEnglish>
      {Array.from({ length: count }, (_, i) => (
        <Styles key={i} styles={styles} />
      ))}
    </InEnglish>
  );
  const { rerender } = render(null);
  rerender(shown(1, 'body { overflow: hidden }'));
  rerender(shown(2, 'body { overflow: clip }'));
  rerender(shown(1, 'body { overflow: clip }'));
  expect(sheets()).toEqual(['body { overflow: hidden; }']);
  rerender(shown(0, ''));
  expect(sheets()).toEqual([]);
  rerender(shown(1, 'body { overflow: clip }'));
  expect(sheets()).toEqual(['body { overflow: clip; }']);
  expect(document.querySelector('style')).toBeNull();
});

it('follows a change only where that is asked for', () => {
  const Styles = styleSingleton();
  const still = render(<Styles styles=".a { color: red }" />);
  still.rerender(
    <InEnglish>
      <Styles styles=".a { color: blue }" />
    </InEnglish>,
  );
  expect(sheets().at(-1)).toContain('red');
  still.unmount();
  const moving = render(<Styles styles=".a { color: red }" dynamic />);
  moving.rerender(
    <InEnglish>
      <Styles styles=".a { color: blue }" dynamic />
    </InEnglish>,
  );
  expect(sheets().at(-1)).toContain('blue');
});
