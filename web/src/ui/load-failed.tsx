import { CloudOff } from 'lucide-react';
import { useTranslations } from 'use-intl';
import { Button } from './button.tsx';
import { EmptyState, type HeadingLevel } from './empty-state.tsx';
import { useErrorWords } from '../words/error-words.ts';

/** Stands where something would be that could not be fetched. */
export const LoadFailed = ({
  title,
  heading,
  error,
  onRetry,
}: {
  title: string;
  heading?: HeadingLevel;
  error: unknown;
  onRetry: () => void;
}) => {
  const t = useTranslations('ui');
  const errorWords = useErrorWords();
  return (
    <EmptyState
      icon={<CloudOff />}
      title={title}
      heading={heading}
      action={<Button onClick={onRetry}>{t('tryAgain')}</Button>}
    >
      {errorWords(error)}
    </EmptyState>
  );
};
