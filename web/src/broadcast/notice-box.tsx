import { CircleAlert, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import './broadcast.css';

type Props = { tone: 'danger' | 'warn'; title: string; children?: ReactNode };

/** Something went wrong, and what to do about it; in its place, and heard at once. */
export const NoticeBox = ({ tone, title, children }: Props) => {
  const Icon = tone === 'danger' ? CircleAlert : TriangleAlert;
  return (
    <div className={`broadcast-notice broadcast-notice--${tone}`} role="alert">
      <Icon aria-hidden="true" />
      <div className="broadcast-notice__text">
        <strong>{title}</strong>
        {children}
      </div>
    </div>
  );
};
