import { PageQuery, type PersonView } from '#contract/http';
import {
  ActOnReport,
  CreateReport,
  type PlatformActView,
  type ReportCaseView,
  type ReportView,
} from '#contract/reports';
import type { UserId } from '#domain/ids';
import {
  isUndoable,
  type PlatformAct,
  type Report,
  type ReportCase,
  reportedName,
  type Suspension,
  suspensionNow,
} from '#domain/report';
import type { User } from '#domain/user';
import type { Cursors } from '#store/cursor';
import type { ReportStore } from '#store/reports';
import { type Authenticate, identified, requireModerator, requireUser, signedIn } from '../http/caller.ts';
import type { LimitedMiddleware } from '../http/limited.ts';
import { Refusal } from '../http/refusal.ts';
import { createRoom, type RoomParts } from '../http/room.ts';
import { body, jsonOnly, openCursor, query } from '../http/valid.ts';
import { toPersonView } from '../profiles/profiles.ts';
import type { Acting } from './acting.ts';
import type { Things } from './things.ts';

type Parts = RoomParts & {
  authenticate: Authenticate;
  limited: LimitedMiddleware;
  reports: Pick<ReportStore, 'report' | 'open' | 'reportsOf' | 'acts'>;
  things: Things;
  act: Acting;
  users: { findMany(ids: readonly UserId[]): Promise<Map<UserId, User>> };
  cursors: Cursors;
  clock: () => Date;
};

/** The room of reports: anybody who is signed in reports something, and the moderators of the platform deal with it. */
export const createReportsApp = ({
  authenticate,
  limited,
  reports,
  things,
  act,
  users,
  cursors,
  clock,
  ...shell
}: Parts) => {
  const room = createRoom(shell);
  const now = () => clock().getTime();
  room.use(jsonOnly);
  room.use(identified(authenticate));

  room.post('/reports', signedIn, limited('report'), body(CreateReport), async (c) => {
    const caller = requireUser(c);
    const { about, reason, words } = c.req.valid('json');
    const thing = await things.named(about, caller);
    if (thing.ownerId === caller.userId) throw new Refusal('not-allowed', 'You cannot report what is yours.');
    // the answer is the same where they have reported it before
    await reports.report(thing, { by: caller.userId, reason, ...(words !== undefined && { words }), at: now() });
    return c.body(null, 204);
  });

  room.get('/reports', signedIn, query(PageQuery), async (c) => {
    requireModerator(c);
    const { limit, cursor } = c.req.valid('query');
    const { cases, next } = await reports.open({ limit, after: openCursor(cursors, 'reports', cursor) });
    const said = await Promise.all(cases.map(({ about }) => reports.reportsOf(reportedName(about))));
    const there = await Promise.all(cases.map(({ about }) => things.isThere(about)));
    const known = await users.findMany([
      ...new Set([...cases.map(({ ownerId }) => ownerId), ...said.flat().map(({ by }) => by)]),
    ]);
    const items = cases.map((one, at) => caseView(one, { said: said[at] ?? [], there: there[at] ?? false, known }));
    return c.json({ items, cursor: cursors.seal('reports', next) });
  });

  room.get('/reports/acts', signedIn, query(PageQuery), async (c) => {
    requireModerator(c);
    const { limit, cursor } = c.req.valid('query');
    const { acts, next } = await reports.acts({ limit, after: openCursor(cursors, 'platform-acts', cursor) });
    const known = await users.findMany([...new Set(acts.flatMap(({ by, ownerId }) => [by, ownerId]))]);
    return c.json({ items: acts.map((one) => actView(one, known)), cursor: cursors.seal('platform-acts', next) });
  });

  room.post('/reports/acts', signedIn, limited('moderate'), body(ActOnReport), async (c) => {
    await act(requireModerator(c), c.req.valid('json'));
    return c.body(null, 204);
  });

  const caseView = (
    { about, ownerId, text, reports: count, lastAt }: ReportCase,
    { said, there, known }: { said: readonly Report[]; there: boolean; known: Map<UserId, User> },
  ): ReportCaseView => {
    const owner = known.get(ownerId);
    const suspended = owner && suspensionNow(owner, now());
    return {
      id: reportedName(about),
      kind: about.kind,
      ...('streamId' in about && { streamId: about.streamId }),
      ...('postId' in about && { postId: about.postId }),
      there,
      owner: personView(owner),
      ...(suspended && { suspended: suspensionView(suspended) }),
      text,
      reports: count,
      latest: said.map(({ by, reason, words, at }): ReportView => ({
        by: personView(known.get(by)),
        reason,
        ...(words !== undefined && { words }),
        at: iso(at),
      })),
      lastAt: iso(lastAt),
    };
  };

  return room;
};

const iso = (at: number): string => new Date(at).toISOString();
const personView = (user: User | undefined): PersonView | undefined => user && toPersonView(user);
const suspensionView = ({ until }: Suspension) => (until === undefined ? {} : { until: iso(until) });

const actView = (act: PlatformAct, known: Map<UserId, User>): PlatformActView => ({
  id: act.id,
  at: iso(act.at),
  act: act.act,
  kind: act.about.kind,
  by: personView(known.get(act.by)),
  owner: personView(known.get(act.ownerId)),
  text: act.text,
  ...(act.after && { suspended: suspensionView(act.after) }),
  undone: act.undoneAt !== undefined,
  undoable: isUndoable(act),
});
