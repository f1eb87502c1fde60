import { NothingHere } from '../ui/nothing-here.tsx';
import { Page } from '../ui/page.tsx';

/** The page of an address that leads nowhere. */
export const NotFoundPage = () => (
  <Page title="Not found" width="column">
    <NothingHere />
  </Page>
);
