import { useState } from 'react';

type Props = {
  label: string;
  valueText?: (value: number) => string;
  className: string;
  value: number;
  max: number;
  onChange: (value: number) => void;
};

/** What was asked for is taken as reached within this part of the whole. */
const REACHED = 0.04;

/** A slider over something that follows a moment later, as a video does: until then it shows what was asked for. */
export const PlayerRange = ({ label, valueText, className, value, max, onChange }: Props) => {
  const [aim, setAim] = useState<number>();
  if (aim !== undefined && Math.abs(value - aim) <= max * REACHED) setAim(undefined);
  const shown = aim ?? value;
  return (
    <input
      type="range"
      className={`player__range ${className}`}
      aria-label={label}
      aria-valuetext={valueText?.(shown)}
      min={0}
      max={max}
      step="any"
      value={shown}
      style={{ '--range-filled': `${max > 0 ? (100 * shown) / max : 0}%` }}
      onChange={(event) => {
        setAim(event.target.valueAsNumber);
        onChange(event.target.valueAsNumber);
      }}
    />
  );
};
