import './spinner.css';

/** A turning ring the size of the text beside it. Name what is being waited for with `label` where no text does. */
export const Spinner = ({ label }: { label?: string }) => (
  <span className="spinner" {...(label ? { role: 'status', 'aria-label': label } : { 'aria-hidden': true })} />
);
