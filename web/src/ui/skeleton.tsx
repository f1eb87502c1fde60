import './spinner.css';

type Props = { width?: string; height?: string; round?: boolean; aspect?: string };

/** The place of something that is still coming. The list around it says so once, by `aria-busy`. */
export const Skeleton = ({ width = '100%', height = '1em', round = false, aspect }: Props) => (
  <span
    className={round ? 'skeleton skeleton--round' : 'skeleton'}
    style={aspect ? { width, aspectRatio: aspect } : { width, height }}
    aria-hidden="true"
  />
);
