import { useTranslations } from 'use-intl';
import { Button } from './button.tsx';
import './more-button.css';

type Paged = { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => Promise<unknown> };

/** The way to the next page of a list; nothing when there is none. */
export const MoreButton = ({ list: { hasNextPage, isFetchingNextPage, fetchNextPage } }: { list: Paged }) => {
  const t = useTranslations('ui');
  return (
    hasNextPage && (
      <div className="more">
        <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t('showMore')}
        </Button>
      </div>
    )
  );
};
