import { useEffect, type ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import './page.css';

type Props = {
  /** The document's title, before the product's name. */
  title: string;
  /** `column` is for reading, `wide` for grids and pictures. */
  width?: 'column' | 'wide';
  children: ReactNode;
};

/** One page: the document's title, and the `main` landmark that the skip link leads to. */
export const Page = ({ title, width = 'wide', children }: Props) => {
  const t = useTranslations('ui');
  useEffect(() => {
    document.title = t('documentTitle', { title });
  }, [t, title]);
  return (
    <main id="main" tabIndex={-1} className={`page page--${width}`}>
      {children}
    </main>
  );
};

/** A titled part of a page. `action` stands at the end of the title's line. */
export const Section = ({
  id,
  title,
  action,
  children,
}: {
  id: string;
  title: string;
  action?: ReactNode;
  children: ReactNode;
}) => (
  <section className="section" aria-labelledby={id}>
    <div className="section__header">
      <h2 id={id}>{title}</h2>
      {action}
    </div>
    {children}
  </section>
);

/** A raised sheet that holds things belonging together. */
export const Card = ({ children, className }: { children: ReactNode; className?: string }) => (
  <div className={className ? `card ${className}` : 'card'}>{children}</div>
);
