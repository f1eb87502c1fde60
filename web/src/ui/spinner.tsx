import './spinner.css';

/** A turning ring the size of the text beside it. Name what is being waited for with `label` where no text does. */
export const Spinner = ({ label }: { label?: string }) =>
  label === undefined ? (
    <span className="spinner" aria-hidden="true" />
  ) : (
    <output className="spinner-alone">
      <span className="spinner" aria-hidden="true" />
      <span className="visually-hidden">{label}</span>
    </output>
  );
