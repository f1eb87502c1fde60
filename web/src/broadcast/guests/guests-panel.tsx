import { Link2, Link2Off, Mic, MicOff, UserPlus, UserX } from 'lucide-react';
import { useCallback, useState } from 'react';
import { useTranslations } from 'use-intl';
import { GUEST_LIMITS, type GuestView } from '#contract/guest-messages';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { Copied } from '../../ui/copied.tsx';
import { useErrorWords } from '../../words/error-words.ts';
import { useBroadcast, useBroadcastHandle } from '../broadcast-provider.tsx';
import { Meter } from '../mix/meter.tsx';
import { NoticeBox } from '../notice-box.tsx';
import type { GuestOnAir } from './guest-connections.ts';
import '../mix/mix.css';
import './guests.css';

/** The guests of a running show: the link by which they come, who waits, and who is on the air. */
export const GuestsPanel = () => {
  const t = useTranslations('guests');
  const words = useErrorWords();
  const broadcast = useBroadcastHandle();
  const { guests, capture } = useBroadcast();
  const { link, reachable, waiting, onAir, problem } = guests;
  const [busy, setBusy] = useState(false);
  const [removing, setRemoving] = useState<GuestView>();
  const invite = () => {
    setBusy(true);
    void broadcast.guests.invite().finally(() => setBusy(false));
  };
  const isFull = onAir.length >= GUEST_LIMITS.onAir;
  return (
    <section className="guests" aria-label={t('guests')}>
      <header className="guests__header">
        <h2>{t('guests')}</h2>
        <Button size="s" icon={<UserPlus />} busy={busy} onClick={invite}>
          {link === undefined ? t('invite') : t('newLink')}
        </Button>
        {link !== undefined && (
          <Button size="s" icon={<Link2Off />} onClick={() => void broadcast.guests.revoke()}>
            {t('takeBack')}
          </Button>
        )}
      </header>
      {link === undefined ? (
        <p className="muted">{t('intro')}</p>
      ) : (
        <Copied label={t('link')} hint={t('linkHint')} text={link} />
      )}
      {!reachable && (link !== undefined || onAir.length > 0) && <NoticeBox tone="warn" title={t('unreachable')} />}
      {problem !== undefined && (
        <NoticeBox tone="warn" title={t('notMade')}>
          <p>{words(problem)}</p>
        </NoticeBox>
      )}
      {onAir.length > 0 && !capture.processing.echoCancellation && <NoticeBox tone="warn" title={t('echo')} />}
      <output className="visually-hidden">{waiting.map(({ name }) => t('isWaiting', { name })).join(', ')}</output>
      {waiting.length > 0 && (
        <>
          <h3>{t('waiting')}</h3>
          {isFull && <p className="muted">{t('bothPlacesTaken')}</p>}
          <ul className="guests__list">
            {waiting.map((guest) => (
              <li key={guest.id} className="guests__one">
                <Who guest={guest} />
                <div className="guests__acts">
                  <Button
                    size="s"
                    variant="primary"
                    icon={<Link2 />}
                    disabled={isFull || guest.gone}
                    aria-label={t('letInWho', { name: guest.name })}
                    onClick={() => broadcast.guests.admit(guest.id)}
                  >
                    {t('letIn')}
                  </Button>
                  <Button
                    size="s"
                    icon={<UserX />}
                    aria-label={t('refuseWho', { name: guest.name })}
                    onClick={() => broadcast.guests.remove(guest.id)}
                  >
                    {t('refuse')}
                  </Button>
                </div>
              </li>
            ))}
          </ul>
        </>
      )}
      {onAir.length > 0 && (
        <>
          <h3>{t('onAir')}</h3>
          <ul className="guests__list">
            {onAir.map((guest) => (
              <OnAir key={guest.id} guest={guest} onRemove={() => setRemoving(guest)} />
            ))}
          </ul>
        </>
      )}
      <ConfirmDialog
        open={removing !== undefined}
        onOpenChange={(open) => !open && setRemoving(undefined)}
        title={t('removeTitle', { name: removing?.name ?? '' })}
        text={t('removeText')}
        confirm={t('remove')}
        onConfirm={() => {
          if (removing) broadcast.guests.remove(removing.id);
          setRemoving(undefined);
        }}
      />
    </section>
  );
};

const Who = ({ guest: { name, handle } }: { guest: GuestView }) => (
  <span className="guests__who">
    <bdi className="guests__name">{name}</bdi>
    {handle !== undefined && <bdi className="muted">{`@${handle}`}</bdi>}
  </span>
);

const OnAir = ({ guest, onRemove }: { guest: GuestOnAir; onRemove: () => void }) => {
  const t = useTranslations('guests');
  const broadcast = useBroadcastHandle();
  const { id, slot, name, gone, connection, muted, speaks } = guest;
  const level = useCallback(() => broadcast.guestLevel(slot), [broadcast, slot]);
  const state = gone ? 'gone' : connection !== 'connected' ? connection : muted ? 'muted' : speaks ? 'live' : 'silent';
  return (
    <li className="guests__one">
      <Who guest={guest} />
      <output className="muted guests__state">{t(`state.${state}`)}</output>
      <div className="guests__acts">
        <Button
          size="s"
          icon={muted ? <MicOff /> : <Mic />}
          data-active={muted}
          aria-label={muted ? t('unmuteWho', { name }) : t('muteWho', { name })}
          onClick={() => broadcast.guests.setMuted(id, !muted)}
        >
          {muted ? t('unmute') : t('mute')}
        </Button>
        <Button size="s" icon={<UserX />} aria-label={t('removeWho', { name })} onClick={onRemove}>
          {t('remove')}
        </Button>
      </div>
      <div className="guests__meter">
        <Meter level={level} />
      </div>
    </li>
  );
};
