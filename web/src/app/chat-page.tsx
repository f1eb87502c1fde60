import { useParams } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import { AudiencePanel } from '../audience/audience-panel.tsx';
import { Page } from '../ui/page.tsx';
import './chat-page.css';

/** The chat of a show in a window of its own, beside whatever its creator works with. */
export const ChatPage = () => {
  const t = useTranslations('app');
  const { streamId } = useParams({ from: '/chat/$streamId' });
  return (
    <Page title={t('chat')}>
      <div className="chat-page">
        <h1 className="visually-hidden">{t('chatOfTheShow')}</h1>
        <AudiencePanel streamId={streamId} studio />
      </div>
    </Page>
  );
};
