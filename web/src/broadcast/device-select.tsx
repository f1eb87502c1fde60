import { useTranslations } from 'use-intl';
import { Field, Select } from '../ui/field.tsx';
import type { DeviceChoice } from './capture/devices.ts';

type Props = {
  /** What such a device is called; those without a name of their own are numbered. */
  label: string;
  devices: DeviceChoice[];
  chosen: string | undefined;
  /** Shown where there is none to choose. */
  none: string;
  disabled?: boolean;
  onChoose: (id: string) => void;
};

/** One of the machine's cameras or microphones. */
export const DeviceSelect = ({ label, devices, chosen, none, disabled = false, onChoose }: Props) => {
  const t = useTranslations('broadcast');
  return (
    <Field label={label}>
      {(control) => (
        <Select
          {...control}
          value={devices.some(({ id }) => id === chosen) ? chosen : ''}
          disabled={disabled || devices.length === 0}
          onChange={({ target }) => onChoose(target.value)}
        >
          {!devices.some(({ id }) => id === chosen) && (
            <option value="">{devices.length === 0 ? none : t('choose')}</option>
          )}
          {devices.map(({ id, label: name }, i) => (
            <option key={id} value={id}>
              {name || `${label} ${i + 1}`}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
};
