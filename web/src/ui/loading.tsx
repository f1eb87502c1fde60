import type { ReactNode } from 'react';

type Props = { what: string; className?: string; children: ReactNode };

/** Skeletons, with one sentence for those who do not see them. */
export const Loading = ({ what, className, children }: Props) => (
  <div className={className} aria-busy="true">
    <output className="visually-hidden">{`Loading ${what}`}</output>
    {children}
  </div>
);
