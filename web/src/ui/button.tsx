import type { ComponentProps, ReactNode } from 'react';
import './button.css';
import { Spinner } from './spinner.tsx';

export type ButtonVariant = 'primary' | 'secondary' | 'ghost' | 'danger' | 'live';
export type ButtonSize = 's' | 'm' | 'l';
export type ButtonLook = { variant?: ButtonVariant; size?: ButtonSize; block?: boolean };

/** The look of a button, for what is a link to the browser and a button to the eye. */
export const buttonClass = ({ variant = 'secondary', size = 'm', block = false }: ButtonLook = {}) =>
  `button button--${variant} button--${size}${block ? ' button--block' : ''}`;

type Props = ComponentProps<'button'> &
  ButtonLook & {
    /** Shown before the text, hidden from assistive technology. */
    icon?: ReactNode;
    /** Work is under way: a spinner in place of the icon, and presses do nothing. The button keeps its focus. */
    busy?: boolean;
  };

/** A button. It is `type="button"` unless told otherwise, so that none submits a form by accident. */
export const Button = ({ variant, size, block, icon, busy = false, children, className, onClick, ...rest }: Props) => (
  <button
    type="button"
    {...rest}
    className={`${buttonClass({ ...(variant && { variant }), ...(size && { size }), ...(block && { block }) })}${className ? ` ${className}` : ''}`}
    aria-busy={busy || undefined}
    aria-disabled={busy || undefined}
    onClick={busy ? (event) => event.preventDefault() : onClick}
  >
    {busy ? <Spinner /> : icon && <span aria-hidden="true">{icon}</span>}
    {children}
  </button>
);
