// @vitest-environment happy-dom
import { screen } from '@testing-library/preact';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { describe, expect, it } from 'vitest';
import { Field, TextInput } from './field.tsx';
import { Form } from './form.tsx';
import { render } from './render.testing.tsx';

const Show = ({ onSent }: { onSent: () => void }) => {
  const [title, setTitle] = useState('');
  const [pressed, setPressed] = useState(false);
  return (
    <Form
      onSubmit={(event) => {
        event.preventDefault();
        setPressed(true);
        if (title !== '') onSent();
      }}
    >
      <Field label="Description">{(control) => <TextInput {...control} />}</Field>
      <Field label="Title" error={pressed && title === '' ? 'Enter a title.' : undefined}>
        {(control) => <TextInput {...control} value={title} onChange={({ target }) => setTitle(target.value)} />}
      </Field>
      <button type="submit">Announce</button>
    </Form>
  );
};

describe('a form that is sent with something wrong in it', () => {
  it('leads to the first field that is wrong, each time, and nowhere once all is well', async () => {
    let sent = 0;
    render(<Show onSent={() => (sent += 1)} />);
    const user = userEvent.setup();
    const announce = screen.getByRole('button', { name: 'Announce' });
    await user.click(announce);
    expect(document.activeElement).toBe(screen.getByLabelText('Title'));
    await user.click(screen.getByLabelText('Description'));
    await user.click(announce);
    expect(document.activeElement).toBe(screen.getByLabelText('Title'));
    await user.keyboard('First light');
    await user.click(announce);
    expect(document.activeElement).toBe(announce);
    expect(sent).toBe(1);
  });

  it('leads to the first of choices of which none is made', async () => {
    render(
      <Form onSubmit={(event) => event.preventDefault()}>
        <fieldset aria-invalid>
          <legend>What is wrong?</legend>
          <label>
            <input type="radio" name="why" />
            Spam
          </label>
        </fieldset>
        <button type="submit">Report</button>
      </Form>,
    );
    await userEvent.setup().click(screen.getByRole('button', { name: 'Report' }));
    expect(document.activeElement).toBe(screen.getByLabelText('Spam'));
  });
});
