import type { ReactNode } from 'react';
import './empty-state.css';

export type HeadingLevel = 'h1' | 'h2' | 'h3';

type Props = {
  icon: ReactNode;
  title: string;
  /** Where it stands for a whole page or part: what its title is among the headings. @default none */
  heading?: HeadingLevel | undefined;
  children?: ReactNode;
  action?: ReactNode;
};

/** What stands where a list would be: what is missing, and what to do about it. */
export const EmptyState = ({ icon, title, heading, children, action }: Props) => {
  const Title = heading ?? 'p';
  return (
    <div className="empty-state">
      <span className="empty-state__icon" aria-hidden="true">
        {icon}
      </span>
      <Title className="empty-state__title">{title}</Title>
      {children && <div className="muted empty-state__text">{children}</div>}
      {action}
    </div>
  );
};
