import { Link } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import type { StreamView } from '#contract/http';
import { isLiveToViewers } from '#contract/show';
import { Avatar } from './avatar.tsx';
import { Skeleton } from './skeleton.tsx';
import { Appointment, TimeAgo, clockTime } from './time.tsx';
import { Poster } from './poster.tsx';
import { StreamBadge } from './stream-badge.tsx';
import { Viewers } from './viewers.tsx';
import { useFormats } from '../words/formats.ts';
import './stream-card.css';

/** Its letters reach further up and down than Latin ones, and lines that are cut off would cut their dots off with them. */
const TALL = /\p{Script=Arabic}/u;

type Props = {
  stream: StreamView;
  showCreator?: boolean;
  /** One below the heading that it stands under. @default h3 */
  heading?: 'h2' | 'h3';
  /** It is one's own: bears the way to how it went. @default false */
  manage?: boolean;
};

/** A stream as one of many: its picture, its state, and whose it is. All of it leads to the watch page. */
export const StreamCard = ({ stream, showCreator = true, heading: Heading = 'h3', manage = false }: Props) => {
  const t = useTranslations('ui');
  const { counted } = useFormats();
  return (
    <article className="stream-card">
      <div className="stream-card__picture">
        <Poster stream={stream} />
        <span className="stream-card__badge">
          <StreamBadge stream={stream} onPicture />
          {isLiveToViewers(stream) && <Viewers viewers={stream.viewers} onPicture />}
        </span>
        {stream.recording === 'ready' && stream.durationSeconds !== undefined && (
          <span className="stream-card__duration">{clockTime(stream.durationSeconds)}</span>
        )}
      </div>
      <div className="stream-card__text">
        {showCreator && <Avatar person={stream.creator} size="s" />}
        <div className="stream-card__words">
          <Heading className={`stream-card__title${TALL.test(stream.title) ? ' stream-card__title--tall' : ''}`}>
            <Link to="/watch/$streamId" params={{ streamId: stream.id }} className="stream-card__link">
              <bdi lang={stream.language}>{stream.title}</bdi>
            </Link>
          </Heading>
          <p className="muted stream-card__by">
            {showCreator && (
              <>
                <Link to="/@{$handle}" params={{ handle: stream.creator.handle }} className="stream-card__creator">
                  <bdi>{stream.creator.name}</bdi>
                </Link>
                {' · '}
              </>
            )}
            {stream.state === 'ended' && stream.totalViewers !== undefined && (
              <>
                {t('viewers', counted(stream.totalViewers))}
                {' · '}
              </>
            )}
            {stream.state === 'created' && stream.scheduledFor ? (
              <Appointment at={stream.scheduledFor} />
            ) : (
              <TimeAgo at={stream.startedAt ?? stream.createdAt} />
            )}
            {manage && (
              <>
                {' · '}
                <Link
                  to="/studio/$streamId"
                  params={{ streamId: stream.id }}
                  className="stream-card__creator"
                  aria-label={t('manageShow', { title: stream.title })}
                >
                  {t('manage')}
                </Link>
              </>
            )}
          </p>
        </div>
      </div>
    </article>
  );
};

export const StreamCardSkeleton = () => (
  <div className="stream-card" aria-hidden="true">
    <div className="stream-card__picture">
      <Skeleton aspect="16 / 9" />
    </div>
    <div className="stream-card__text">
      <Skeleton round width="2rem" height="2rem" />
      <div className="stream-card__words">
        <Skeleton width="80%" />
        <Skeleton width="45%" height="0.8em" />
      </div>
    </div>
  </div>
);
