import type { ReactNode } from 'react';
import './badge.css';

export type BadgeTone = 'neutral' | 'live' | 'primary' | 'ok' | 'warn' | 'danger' | 'overlay';

/** A word or two about a state. `dot` marks what is happening right now. `overlay` is for use on pictures. */
export const Badge = ({
  tone = 'neutral',
  dot = false,
  children,
}: {
  tone?: BadgeTone;
  dot?: boolean;
  children: ReactNode;
}) => (
  <span className={`badge badge--${tone}`}>
    {dot && <span className="badge__dot" aria-hidden="true" />}
    {children}
  </span>
);
