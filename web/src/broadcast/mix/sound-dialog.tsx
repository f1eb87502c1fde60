import { useCallback, useId } from 'react';
import { Dialog } from '../../ui/dialog.tsx';
import { useBroadcast, useBroadcastHandle } from '../broadcast-provider.tsx';
import { MOST_GAIN } from '../capture/mixing.ts';
import type { Processing } from '../capture/open-devices.ts';
import type { SoundInput } from '../capture/sound.ts';
import { ListenBack } from './listen-back.tsx';
import { Meter } from './meter.tsx';
import './mix.css';

const SWITCHES = {
  noiseSuppression: 'Hold back noise',
  echoCancellation: 'Hold back echo',
  autoGainControl: 'Keep my voice equally loud',
} as const satisfies Record<keyof Processing, string>;

const isSwitch = (name: string): name is keyof Processing => name in SWITCHES;

/** The mixing desk: what viewers hear of the microphone and of what is shared, and how it is cleaned up. */
export const SoundDialog = ({ onClose }: { onClose: () => void }) => {
  const broadcast = useBroadcastHandle();
  const { capture, scenes } = useBroadcast();
  const hasShared = capture.hasSharedSound || scenes.media !== undefined;
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Sound"
      description="What viewers hear. Together it is never louder than it may be: a limiter sees to that."
    >
      <div className="mix">
        <Fader input="microphone" label="Microphone" note={capture.hasMicrophone ? undefined : 'No microphone'} />
        <Fader
          input="shared"
          label="Shared tab, system or video"
          note={hasShared ? undefined : 'Nothing that is shared has sound now'}
        />
        <fieldset className="mix__switches">
          <legend>The microphone’s sound</legend>
          {Object.entries(SWITCHES).map(([name, label]) => (
            <label key={name} className="mix__switch">
              <input
                type="checkbox"
                checked={isSwitch(name) && capture.processing[name]}
                disabled={!capture.hasMicrophone}
                onChange={({ target }) =>
                  void broadcast.capture.setProcessing({ ...capture.processing, [name]: target.checked })
                }
              />
              {label}
            </label>
          ))}
          <p className="muted">For music switch all three off. Without headphones, leave echo held back.</p>
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
        aria-valuetext={`${percent} percent`}
        onChange={({ target }) => broadcast.capture.setGain(input, Number(target.value) / 100)}
      />
      {note === undefined ? <Meter level={level} /> : <p className="muted mix__note">{note}</p>}
    </div>
  );
};
