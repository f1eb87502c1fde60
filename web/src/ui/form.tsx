import { useEffect, useRef, useState, type ComponentProps } from 'react';

const CONTROL = 'input, select, textarea';

/**
 * A form that says itself what is wrong in it, beside its fields. Where it is sent all the same, the first field that is wrong gets the
 * focus, and so comes into sight: on a phone it may stand a long way from the button.
 */
export const Form = ({ onSubmit, ...props }: Omit<ComponentProps<'form'>, 'ref' | 'noValidate'>) => {
  const form = useRef<HTMLFormElement>(null);
  const [sent, setSent] = useState(0);
  useEffect(() => {
    if (sent === 0) return;
    const wrong = form.current?.querySelector<HTMLElement>('[aria-invalid="true"]');
    // of a group of choices the first
    const control = wrong?.matches(CONTROL) ? wrong : wrong?.querySelector<HTMLElement>(CONTROL);
    control?.focus();
  }, [sent]);
  return (
    <form
      {...props}
      ref={form}
      noValidate
      onSubmit={(event) => {
        onSubmit?.(event);
        setSent((before) => before + 1);
      }}
    />
  );
};
