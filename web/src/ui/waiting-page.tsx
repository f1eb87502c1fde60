import { Spinner } from './spinner.tsx';
import './waiting-page.css';

/** Stands in while a page's code is on its way. */
export const WaitingPage = () => (
  <main id="main" className="waiting-page">
    <Spinner label="Loading" />
  </main>
);
