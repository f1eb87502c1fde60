import { useEffect, useRef } from 'react';

/** `dynamic`: a change of the styles is followed. @default false */
type Props = { styles: string; dynamic?: boolean };

/**
 * Stands for the package `react-style-singleton`, by which Radix's dialogs keep the page behind them still: that one puts a
 * `<style>` into the page, which a policy without 'unsafe-inline' takes from nobody, and a sheet of a script's own is one that
 * it takes. As there, the styles of the first who is mounted hold until the last has gone.
 */
export const styleSingleton = () => {
  let mounted = 0;
  let sheet: CSSStyleSheet | undefined;
  return function Styles({ styles, dynamic = false }: Props) {
    const first = useRef(styles);
    const shown = dynamic ? styles : first.current;
    useEffect(() => {
      mounted += 1;
      if (!sheet) {
        sheet = new CSSStyleSheet();
        sheet.replaceSync(shown);
        document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
      }
      return () => {
        mounted -= 1;
        if (mounted > 0) return;
        document.adoptedStyleSheets = [...document.adoptedStyleSheets].filter((other) => other !== sheet);
        sheet = undefined;
      };
    }, [shown]);
    return null;
  };
};
