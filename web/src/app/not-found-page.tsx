import { useTranslations } from 'use-intl';
import { NothingHere } from '../ui/nothing-here.tsx';
import { Page } from '../ui/page.tsx';

/** The page of an address that leads nowhere. */
export const NotFoundPage = () => {
  const t = useTranslations('app');
  return (
    <Page title={t('notFound')} width="column">
      <NothingHere />
    </Page>
  );
};
