import { type ReactNode, useId } from 'react';
import './check.css';

type Props = {
  label: ReactNode;
  on: boolean;
  onSwitch: (on: boolean) => void;
  disabled?: boolean;
  /** The element that says more about it. */
  describedBy?: string;
};

/** Something that is on or off, with its words: a touch on those switches it, too. */
export const Check = ({ label, on, onSwitch, disabled, describedBy }: Props) => {
  const id = useId();
  return (
    <label className="check" htmlFor={id}>
      <input
        id={id}
        type="checkbox"
        checked={on}
        disabled={disabled}
        aria-describedby={describedBy}
        onChange={({ target }) => onSwitch(target.checked)}
      />
      {label}
    </label>
  );
};
