import type { ReactNode } from 'react';

type Props = { label: string; className?: string; children: ReactNode };

/** Skeletons, with one sentence for those who do not see them. */
export const Loading = ({ label, className, children }: Props) => (
  <div className={className} aria-busy="true">
    <output className="visually-hidden">{label}</output>
    {children}
  </div>
);
