import { useTranslations } from 'use-intl';
import type { Latency, Visibility } from '#contract/show';
import { Field, Select } from './field.tsx';

type Props<Value> = { value: Value; disabled?: boolean; onChange: (value: Value) => void };

const VISIBILITIES = ['public', 'followers'] as const satisfies readonly Visibility[];
const LATENCIES = ['standard', 'reduced', 'low'] as const satisfies readonly Latency[];

/** For whom a show is. */
export const VisibilityField = (props: Props<Visibility>) => {
  const t = useTranslations('ui');
  return (
    <ChoiceField
      label={t('whoMayWatch')}
      choices={VISIBILITIES.map((value) => ({ value, label: t(`visibility.${value}`) }))}
      {...props}
    />
  );
};

/** How far viewers are behind a show. */
export const LatencyField = (props: Props<Latency>) => {
  const t = useTranslations('ui');
  return (
    <ChoiceField
      label={t('delayToViewers')}
      choices={LATENCIES.map((value) => ({ value, label: t(`latency.${value}`) }))}
      {...props}
    />
  );
};

type Choices<Value> = readonly { value: Value; label: string }[];

const ChoiceField = <Value extends string>({
  label,
  choices,
  value,
  disabled = false,
  onChange,
}: Props<Value> & { label: string; choices: Choices<Value> }) => (
  <Field label={label}>
    {(control) => (
      <Select
        {...control}
        disabled={disabled}
        value={value}
        onChange={({ target }) => {
          const chosen = choices.find((choice) => choice.value === target.value);
          if (chosen) onChange(chosen.value);
        }}
      >
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.label}
          </option>
        ))}
      </Select>
    )}
  </Field>
);
