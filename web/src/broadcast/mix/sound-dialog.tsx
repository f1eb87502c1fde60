import { useCallback, useId } from 'react';
import { useTranslations } from 'use-intl';
import { Check } from '../../ui/check.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { useBroadcast, useBroadcastHandle } from '../broadcast-provider.tsx';
import { MOST_GAIN } from '../capture/mixing.ts';
import type { Processing } from '../capture/open-devices.ts';
import type { SoundInput } from '../capture/sound.ts';
import type { GuestOnAir } from '../guests/guest-connections.ts';
import { ListenBack } from './listen-back.tsx';
import { Meter } from './meter.tsx';
import './mix.css';

const SWITCHES = ['noiseSuppression', 'echoCancellation', 'autoGainControl'] as const satisfies (keyof Processing)[];

/** The mixing desk: what viewers hear of the microphone and of what is shared, and how it is cleaned up. */
export const SoundDialog = ({ onClose }: { onClose: () => void }) => {
  const t = useTranslations('broadcast');
  const broadcast = useBroadcastHandle();
  const { capture, scenes, guests } = useBroadcast();
  const hasShared = capture.hasSharedSound || scenes.media !== undefined;
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t('sound')} description={t('desk.whatViewersHear')}>
      <div className="mix">
        <Fader
          input="microphone"
          label={t('microphone')}
          note={capture.hasMicrophone ? undefined : t('noMicrophone')}
        />
        <Fader input="shared" label={t('desk.shared')} note={hasShared ? undefined : t('desk.nothingShared')} />
        {guests.onAir.map((guest) => (
          <GuestFader key={guest.id} guest={guest} />
        ))}
        <fieldset className="mix__switches">
          <legend>{t('desk.microphoneSound')}</legend>
          {SWITCHES.map((name) => (
            <Check
              key={name}
              label={t(`desk.${name}`)}
              on={capture.processing[name]}
              disabled={!capture.hasMicrophone}
              onSwitch={(on) => void broadcast.capture.setProcessing({ ...capture.processing, [name]: on })}
            />
          ))}
          <p className="muted">{t('desk.forMusic')}</p>
        </fieldset>
        <ListenBack />
      </div>
    </Dialog>
  );
};

type FaderProps = { input: SoundInput; label: string; note: string | undefined };

const Fader = ({ input, label, note }: FaderProps) => {
  const broadcast = useBroadcastHandle();
  const { capture } = useBroadcast();
  const level = useCallback(() => broadcast.level(input), [broadcast, input]);
  const gain = capture.gains[input];
  const setGain = (next: number) => broadcast.capture.setGain(input, next);
  return <OneFader label={label} note={note} gain={gain} level={level} onGain={setGain} />;
};

const GuestFader = ({ guest: { id, slot, name, gain, muted } }: { guest: GuestOnAir }) => {
  const t = useTranslations('guests');
  const broadcast = useBroadcastHandle();
  const level = useCallback(() => broadcast.guestLevel(slot), [broadcast, slot]);
  return (
    <OneFader
      label={t('voiceOf', { name })}
      note={muted ? t('mutedByYou') : undefined}
      gain={gain}
      level={level}
      onGain={(next) => broadcast.guests.setGain(id, next)}
    />
  );
};

type OneFaderProps = {
  label: string;
  note: string | undefined;
  gain: number;
  level: () => number;
  onGain: (gain: number) => void;
};

const OneFader = ({ label, note, gain, level, onGain }: OneFaderProps) => {
  const t = useTranslations('broadcast');
  const id = useId();
  const percent = Math.round(gain * 100);
  return (
    <div className="mix__fader">
      <label htmlFor={id}>{label}</label>
      <output className="muted" htmlFor={id}>{`${percent} %`}</output>
      <input
        id={id}
        type="range"
        className="mix__range"
        min={0}
        max={MOST_GAIN * 100}
        step={5}
        value={percent}
        aria-valuetext={t('desk.percent', { percent })}
        onChange={({ target }) => onGain(Number(target.value) / 100)}
      />
      {note === undefined ? <Meter level={level} /> : <p className="muted mix__note">{note}</p>}
    </div>
  );
};
