import { useId, type ComponentProps, type ReactNode } from 'react';
import './field.css';

/** What a control takes over from its field, so that label, hint and error are announced with it. */
export type FieldControl = { id: string; 'aria-describedby'?: string; 'aria-invalid'?: true; required?: true };

type Props = {
  label: string;
  hint?: ReactNode;
  /** A sentence; its presence marks the control as invalid. */
  error?: string | undefined;
  required?: boolean;
  hideLabel?: boolean;
  children: (control: FieldControl) => ReactNode;
};

/** A labelled control: `<Field label="Title">{(control) => <TextInput {...control} />}</Field>`. */
export const Field = ({ label, hint, error, required = false, hideLabel = false, children }: Props) => {
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ');
  return (
    <div className="field">
      <label className={hideLabel ? 'visually-hidden' : 'field__label'} htmlFor={id}>
        {label}
      </label>
      {children({
        id,
        ...(described && { 'aria-describedby': described }),
        ...(error && { 'aria-invalid': true }),
        ...(required && { required: true }),
      })}
      {hint && (
        <p className="field__hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error && (
        <p className="field__error" id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
    </div>
  );
};

/** A line to write in; it runs as what is written does, and addresses from the left. */
export const TextInput = ({ type = 'text', ...props }: ComponentProps<'input'>) => (
  <input type={type} dir={type === 'text' ? 'auto' : 'ltr'} {...props} className="control" />
);

export const TextArea = (props: ComponentProps<'textarea'>) => (
  <textarea rows={3} dir="auto" {...props} className="control" />
);

export const Select = (props: ComponentProps<'select'>) => <select {...props} className="control control--select" />;
