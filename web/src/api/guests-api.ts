import { GuestTicket, Invitation, type ComeAsGuest } from '#contract/guests';
import type { Http } from './http.ts';

const invitation = (id: string) => `/stream/${encodeURIComponent(id)}/guests/invitation`;

/** What is asked of the API for guests: apart from the rest, as only a studio and its guests need it. */
export const createGuestsApi = ({ ask, tell }: Http) => ({
  invite: (id: string) => ask(Invitation, { method: 'POST', path: invitation(id) }),
  revoke: (id: string) => tell({ method: 'DELETE', path: invitation(id) }),
  come: (body: ComeAsGuest) => ask(GuestTicket, { method: 'POST', path: '/stream/guests', body }),
});
