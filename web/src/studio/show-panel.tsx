import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Eye, Pencil } from 'lucide-react';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { useBroadcast, useCameraPicture } from '../broadcast/broadcast-provider.tsx';
import { isLiveToViewers } from '#contract/show';
import { useApp } from '../context/app-context.ts';
import { useLive } from '../context/use-live.ts';
import { Button, buttonClass } from '../ui/button.tsx';
import { Card } from '../ui/page.tsx';
import { ShareButton } from '../ui/share-button.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { StreamBadge } from '../ui/stream-badge.tsx';
import { EditShowDialog } from './edit-show-dialog.tsx';
import { shownState, viewersText } from './show-words.ts';
import { Viewers } from '../ui/viewers.tsx';
import './show-panel.css';

/** The running show as its viewers know it: title, state, and the way to it for others. */
export const ShowPanel = ({ streamId }: { streamId: string }) => {
  const t = useTranslations('studio');
  const { queries } = useApp();
  const { state, health } = useBroadcast();
  const grab = useCameraPicture();
  const { data: stream } = useQuery(queries.stream(streamId));
  const now = useLive(streamId, { mine: true });
  const [editing, setEditing] = useState(false);
  if (!stream) return <Skeleton height="5rem" />;
  const viewersState = now?.state ?? stream.state;
  const { at } = state;
  const shown = { ...stream, state: shownState({ at, viewersState }) };
  return (
    <Card className="show-panel">
      <div className="show-panel__words">
        <p className="show-panel__state muted">
          <StreamBadge stream={shown} />
          {isLiveToViewers(shown) && <Viewers viewers={now?.viewers ?? stream.viewers} />}
          {viewersText(t, { at, viewersState, unconfirmedMs: health?.unacknowledgedMs })}
        </p>
        <h2 dir="auto" lang={stream.language}>
          {shown.title}
        </h2>
      </div>
      <div className="studio__actions">
        <Button icon={<Pencil />} onClick={() => setEditing(true)}>
          {t('edit')}
        </Button>
        <Link to="/watch/$streamId" params={{ streamId }} target="_blank" className={buttonClass()}>
          <Eye aria-hidden="true" />
          {t('watchPage')}
        </Link>
        <ShareButton stream={shown} variant="primary" />
      </div>
      {editing && <EditShowDialog stream={stream} grab={grab} onClose={() => setEditing(false)} />}
    </Card>
  );
};
