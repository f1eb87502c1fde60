import type { Latency, Visibility } from '#contract/show';
import { Field, Select } from './field.tsx';

type Props<Value> = { value: Value; disabled?: boolean; onChange: (value: Value) => void };

const VISIBILITIES: Choices<Visibility> = [
  { value: 'public', label: 'Everyone' },
  { value: 'followers', label: 'Only my followers' },
];
const LATENCIES: Choices<Latency> = [
  { value: 'standard', label: 'Standard: steadiest, about 25 seconds' },
  { value: 'reduced', label: 'Reduced: about 15 seconds' },
  { value: 'low', label: 'Low: about 5 seconds, for talking with viewers' },
];

/** For whom a show is. */
export const VisibilityField = (props: Props<Visibility>) => (
  <ChoiceField label="Who may watch" choices={VISIBILITIES} {...props} />
);

/** How far viewers are behind a show. */
export const LatencyField = (props: Props<Latency>) => (
  <ChoiceField label="Delay to viewers" choices={LATENCIES} {...props} />
);

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
