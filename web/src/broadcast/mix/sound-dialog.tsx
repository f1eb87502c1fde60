import { useCallback, useId } from 'react';
import { useTranslations } from 'use-intl';
import { Check } from '../../ui/check.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { useBroadcast, useBroadcastHandle } from '../broadcast-provider.tsx';
import { MOST_GAIN } from '../capture/mixing.ts';
import type { Processing } from '../capture/open-devices.ts';
import type { SoundInput } from '../capture/sound.ts';
import { ListenBack } from './listen-back.tsx';
import { Meter } from './meter.tsx';
import './mix.css';

const SWITCHES = ['noiseSuppression', 'echoCancellation', 'autoGainControl'] as const satisfies (keyof Processing)[];

/** The mixing desk: what viewers hear of the microphone and of what is shared, and how it is cleaned up. */
export const SoundDialog = ({ onClose }: { onClose: () => void }) => {
  const t = useTranslations('broadcast');
  const broadcast = useBroadcastHandle();
  const { capture, scenes } = useBroadcast();
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
  const t = useTranslations('broadcast');
  const broadcast = useBroadcastHandle();
  const { capture } = useBroadcast();
  const id = useId();
  const level = useCallback(() => broadcast.level(input), [broadcast, input]);
  const percent = Math.round(capture.gains[input] * 100);
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
        onChange={({ target }) => broadcast.capture.setGain(input, Number(target.value) / 100)}
      />
      {note === undefined ? <Meter level={level} /> : <p className="muted mix__note">{note}</p>}
    </div>
  );
};
