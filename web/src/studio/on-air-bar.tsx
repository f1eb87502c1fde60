import { Link } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import { LiveStatus } from '../broadcast/live-controls.tsx';
import { useRunningStream } from '../broadcast/broadcast-provider.tsx';
import { buttonClass } from '../ui/button.tsx';
import './on-air-bar.css';

/** Reminds a creator on any other page that they are on the air. */
export const OnAirBar = () => {
  const t = useTranslations('studio');
  return (
    useRunningStream() !== undefined && (
      <aside className="on-air-bar" aria-label={t('youAreOnTheAir')}>
        <LiveStatus />
        <Link to="/studio" className={buttonClass({ variant: 'primary', size: 's' })}>
          {t('backToTheStudio')}
        </Link>
      </aside>
    )
  );
};
