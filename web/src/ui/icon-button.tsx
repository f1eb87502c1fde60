import * as Tooltip from 'radix-ui/tooltip';
import type { ComponentProps, ReactNode } from 'react';
import './button.css';
import './tooltip.css';

type Props = Omit<ComponentProps<'button'>, 'children' | 'aria-label'> & {
  /** Its name to assistive technology, and the tooltip to the eye. */
  label: string;
  icon: ReactNode;
  size?: 's' | 'm';
  raised?: boolean;
};

/** A button that is only an icon, and therefore always has a name. */
export const IconButton = ({ label, icon, size = 'm', raised = false, className, ...rest }: Props) => (
  <Tooltip.Provider delayDuration={400}>
    <Tooltip.Root>
      <Tooltip.Trigger asChild>
        <button
          type="button"
          {...rest}
          aria-label={label}
          className={`icon-button${size === 's' ? ' icon-button--s' : ''}${raised ? ' icon-button--raised' : ''}${className ? ` ${className}` : ''}`}
        >
          <span aria-hidden="true">{icon}</span>
        </button>
      </Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Content className="tooltip" sideOffset={6}>
          {label}
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  </Tooltip.Provider>
);
