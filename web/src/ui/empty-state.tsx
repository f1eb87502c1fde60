import type { ReactNode } from 'react';
import './empty-state.css';

type Props = { icon: ReactNode; title: string; children?: ReactNode; action?: ReactNode };

/** What stands where a list would be: what is missing, and what to do about it. */
export const EmptyState = ({ icon, title, children, action }: Props) => (
  <div className="empty-state">
    <span className="empty-state__icon" aria-hidden="true">
      {icon}
    </span>
    <p className="empty-state__title">{title}</p>
    {children && <div className="muted empty-state__text">{children}</div>}
    {action}
  </div>
);
