import type { ChatStanding } from '#contract/chat';
import type { UserId } from '#domain/ids';
import type { Stream } from '#domain/stream';
import type { ChatStore } from '#store/chat';
import type { Rate, Taken } from '#store/limits';
import type { ModerationStore } from '#store/moderation';
import { type Caller, requireUnsuspended } from '../http/caller.ts';
import { Refusal } from '../http/refusal.ts';
import type { Access } from './access.ts';

export type Who = Pick<Caller, 'userId' | 'roles'>;
export type Writer = Pick<Caller, 'userId' | 'roles' | 'suspended'>;

type Parts = {
  chat: Pick<ChatStore, 'rules'>;
  moderation: Pick<ModerationStore, 'moderates' | 'sanctionOn'>;
  follows: { since(follower: UserId, followee: UserId): Promise<number | undefined> };
  limits: { take(what: string, who: string, rate: Rate, now: number): Promise<Taken> };
  access: Pick<Access, 'requireWatch'>;
  clock: () => Date;
};

/** Who somebody is in an audience, and whether they may write there, and when. */
export const createChatPermission = ({ chat, moderation, follows, limits, access, clock }: Parts) => {
  const now = (): number => clock().getTime();

  /** Who somebody is in the audience of a show; moderators of the platform moderate everywhere. */
  const role = async ({ creatorId }: Stream, { userId, roles }: Who): Promise<ChatStanding['role']> => {
    if (userId === creatorId) return 'creator';
    return roles.includes('moderator') || (await moderation.moderates(creatorId, userId)) ? 'moderator' : 'viewer';
  };

  /** Takes one of the messages that a rate allows, or says how long to wait. */
  const requireRate = async (what: string, who: string, rate: Rate): Promise<void> => {
    const taken = await limits.take(what, who, rate, now());
    if (!taken.allowed) {
      const seconds = Math.max(1, Math.ceil(taken.retryAfterMs / 1_000));
      throw new Refusal(
        'too-many-requests',
        `Wait ${seconds === 1 ? 'a second' : `${seconds} seconds`} before you write again.`,
        {
          headers: { 'Retry-After': String(seconds) },
          details: { retryAfterSeconds: seconds },
        },
      );
    }
  };

  /** Refuses who may not write in this audience now. */
  const requireMayWrite = async (stream: Stream, who: Writer): Promise<void> => {
    requireUnsuspended(who);
    await access.requireWatch(stream, who);
    if (stream.state === 'ended') throw new Refusal('stream-ended', 'This show is over: nobody writes here any more.');
    const { creatorId } = stream;
    const sanction = await moderation.sanctionOn(creatorId, who.userId, now());
    if (sanction)
      throw new Refusal('timed-out', 'A moderator has asked you to wait before you write again.', {
        details: sanction.until === undefined ? {} : { until: new Date(sanction.until).toISOString() },
      });
    const { slowSeconds, followersForMinutes, frozen } = await chat.rules(stream.id);
    if ((await role(stream, who)) !== 'viewer') return;
    if (frozen) throw new Refusal('chat-frozen', 'The chat is closed right now. You can still read it.');
    if (followersForMinutes !== undefined) {
      const since = await follows.since(who.userId, creatorId);
      if (since === undefined || now() - since < followersForMinutes * 60_000)
        throw new Refusal(
          'followers-only',
          followersForMinutes === 0
            ? 'Only followers write here. Follow first.'
            : `Only who has followed for ${followersForMinutes} minutes writes here.`,
        );
    }
    if (slowSeconds > 0) await requireRate(`chat:${stream.id}`, who.userId, { burst: 1, everyMs: slowSeconds * 1_000 });
  };

  return { role, requireRate, requireMayWrite };
};
