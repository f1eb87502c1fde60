import { Link } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import { Category } from '#contract/show';
import { buttonClass } from './button.tsx';
import './category-links.css';

/** The way to the shows of each category. */
export const CategoryLinks = () => {
  const t = useTranslations('ui');
  return (
    <nav aria-label={t('showsByCategory')}>
      <ul className="category-links">
        {Category.options.map((category) => (
          <li key={category}>
            <Link to="/category/$category" params={{ category }} className={buttonClass()}>
              {t(`categories.${category}`)}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
};
