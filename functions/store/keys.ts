import { createHash } from 'node:crypto';
import type { CommentId, Handle, PostId, StreamId, UploadId, UserId } from '#domain/ids';
import type { SearchKind } from '#domain/search';
import type { Key } from './dynamo.ts';

/** Every key of the one table, and of its indexes, is made here and nowhere else. What reads by which is in README.md. */
const key = (pk: string, sk: string): Key => ({ pk: { S: pk }, sk: { S: sk } });

/** Secrets that open something (stream keys, tickets, resume tokens) are stored only as this. */
export const hashed = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** A shard of `count`, always the same one for the same text. */
export const shardOf = (text: string, count: number): number =>
  createHash('sha256').update(text).digest().readUInt16BE(0) % count;

/** Partitions of the live list. They are few, because each look reads all of them; each takes 1,000 state changes a second. */
export const LIVE_SHARDS = 4;
export const DUE_SHARDS = 4;

export const streamItemKey = (id: StreamId) => key(`STREAM#${id}`, 'STREAM');
export const leaseKey = (id: StreamId) => key(`STREAM#${id}`, 'LEASE');
/** A single-use stream key, by its hash. */
export const ingestKey = (keyHash: string) => key(`INGEST#${keyHash}`, 'INGEST');
/** Which stream of a creator has the air: at most one. */
export const airKey = (creator: UserId) => key(`CREATOR#${creator}`, 'AIR');
/** When a creator has signed out everywhere: what was signed in before it brings nothing on the air. */
export const signedOutKey = (creator: UserId) => key(`CREATOR#${creator}`, 'SIGNEDOUT');
/** A creator's Mux live stream of one kind. */
export const channelKey = (creator: UserId, kind: string) => key(`CREATOR#${creator}`, `CHANNEL#${kind}`);
/** Whose channel a Mux live stream is. */
export const liveStreamKey = (muxLiveStreamId: string) => key(`MUXLIVE#${muxLiveStreamId}`, 'MUXLIVE');
/** Which stream a Mux asset records, or what is known of it until that is known. */
export const assetKey = (muxAssetId: string) => key(`ASSET#${muxAssetId}`, 'ASSET');
/** A webhook that has been applied. */
export const eventKey = (eventId: string) => key(`EVENT#${eventId}`, 'EVENT');

export const streamsOfCreator = (creator: UserId) => `STREAMS#${creator}`;
export const liveList = (shard: number) => `LIVE#${shard}`;
export const scheduledList = (shard: number) => `SCHEDULED#${shard}`;
export const recordedList = (shard: number) => `RECORDED#${shard}`;
export const dueStreams = (shard: number) => `DUE#STREAM#${shard}`;

/** Connections of an audience, spread so that a large one is no hot partition. */
export const AUDIENCE_SHARDS = 8;

export const connectionKey = (connectionId: string) => key(`CONNECTION#${connectionId}`, 'CONNECTION');
/** Open sockets of somebody. */
export const connectionsOf = (id: UserId) => `CONNECTIONS#${id}`;
export const memberKey = (id: StreamId, connectionId: string) =>
  key(audiencePartition(id, shardOf(connectionId, AUDIENCE_SHARDS)), `MEMBER#${connectionId}`);
/** How many are in an audience. */
export const audienceSizeKey = (id: StreamId) => key(aboutAudience(id), 'SIZE');
export const audiencePartition = (id: StreamId, shard: number) => `AUDIENCE#${id}#${shard}`;
/** What is kept of an audience as a whole. */
export const aboutAudience = (id: StreamId) => `AUDIENCE#${id}`;
/** How many watch a show, and how many have. */
export const figuresKey = (id: StreamId) => key(aboutAudience(id), 'FIGURES');
/** How many different viewers have been counted. */
export const seenTallyKey = (id: StreamId) => key(aboutAudience(id), 'SEEN');
/** How many watched, in one hour: `hour` is of the show, from 0. */
export const CURVE = 'CURVE#';
export const curveKey = (id: StreamId, hour: number) =>
  key(aboutAudience(id), `${CURVE}${String(hour).padStart(3, '0')}`);
/** Who tells an audience what is new, and how far it has come. */
export const deliveryKey = (id: StreamId) => key(aboutAudience(id), 'DELIVERY');

/** The number of the last thing that was said or done in an audience. */
export const chatHeadKey = (id: StreamId) => key(aboutAudience(id), 'HEAD');
/** What its moderators have set, and what is pinned. */
export const chatRulesKey = (id: StreamId) => key(aboutAudience(id), 'RULES');
/** How often each reaction was given. */
export const reactionsKey = (id: StreamId) => key(aboutAudience(id), 'REACTIONS');
/** What was said and done in an audience, in its order. */
export const chatPartition = (id: StreamId) => `CHAT#${id}`;
export const chatSort = (seq: number) => `ENTRY#${String(seq).padStart(12, '0')}`;
export const chatKey = (id: StreamId, seq: number) => key(chatPartition(id), chatSort(seq));
/** Which number a message has that its writer calls so. */
export const chatClientKey = (id: StreamId, userId: UserId, clientId: string) =>
  key(`CHATCLIENT#${id}`, `${userId}#${hashed(clientId)}`);
/** What somebody has said in audiences. */
export const chatOfUser = (userId: UserId) => `CHATOF#${userId}`;
/** What waits for a moderator's word. */
export const heldPartition = (id: StreamId) => `HELD#${id}`;
export const heldKey = (id: StreamId, heldId: string) => key(heldPartition(id), heldId);

/** Whom a creator has named to moderate. */
export const moderatorsPartition = (creator: UserId) => `MODERATORS#${creator}`;
export const moderatorKey = (creator: UserId, userId: UserId) =>
  key(moderatorsPartition(creator), `MODERATOR#${userId}`);
/** Whose audiences somebody moderates. */
export const moderates = (userId: UserId) => `MODERATES#${userId}`;
/** Who may not write in a creator's audiences, or not be in them. */
export const sanctionsPartition = (creator: UserId) => `SANCTIONS#${creator}`;
export const sanctionKey = (creator: UserId, userId: UserId) => key(sanctionsPartition(creator), `ON#${userId}`);
/** What is done about somebody in audiences: what keeps them out, and the acts. */
export const sanctionsOn = (userId: UserId) => `SANCTIONSON#${userId}`;
export const actsOn = (userId: UserId) => `ACTSON#${userId}`;
/** Words that a creator has held back. */
export const heldWordsKey = (creator: UserId) => key(`CREATOR#${creator}`, 'HELDWORDS');
/** What has been done in a creator's audiences. */
export const actsPartition = (creator: UserId) => `ACTS#${creator}`;
export const actKey = (creator: UserId, actId: string) => key(actsPartition(creator), `ACT#${actId}`);

/** What was reported, by its name (`reportedName`), and by whom. */
export const reportedPartition = (name: string) => `REPORTED#${name}`;
export const reportCaseKey = (name: string) => key(reportedPartition(name), 'CASE');
export const REPORTS = 'REPORT#';
export const reportKey = (name: string, by: UserId) => key(reportedPartition(name), `${REPORTS}${by}`);
/** What waits for a moderator of the platform. */
export const OPEN_REPORTS = 'REPORTS#OPEN';
/** What of somebody's was reported, or done about it. */
export const reportsOf = (owner: UserId) => `REPORTSOF#${owner}`;
/** What somebody has reported. */
export const reportsBy = (reporter: UserId) => `REPORTSBY#${reporter}`;
/** What moderators of the platform have done. */
export const PLATFORM_ACTS_PARTITION = 'PLATFORMACTS';
export const platformActKey = (actId: string) => key(PLATFORM_ACTS_PARTITION, `ACT#${actId}`);

/** Who is told by Web Push that a creator's show begins. */
export const bellsPartition = (creator: UserId) => `BELLS#${creator}`;
export const bellKey = (creator: UserId, listener: UserId) => key(bellsPartition(creator), `BELL#${listener}`);
/** Of whose shows somebody is told. */
export const bellsOf = (listener: UserId) => `BELLSOF#${listener}`;
/** Browsers in which somebody is told, each by its endpoint's digest, and whose a browser is. */
export const pushPartition = (userId: UserId) => `PUSH#${userId}`;
export const pushKey = (userId: UserId, id: string) => key(pushPartition(userId), `BROWSER#${id}`);
export const pushEndpointKey = (id: string) => key(`PUSHENDPOINT#${id}`, 'OWNER');
/** How far it has been told that a show has begun. */
export const noticesKey = (id: StreamId) => key(aboutAudience(id), 'NOTICES');

/** Who plays a show, spread so that a large audience is no hot partition. */
export const VIEWER_SHARDS = 8;
export const viewersPartition = (id: StreamId, shard: number) => `VIEWERS#${id}#${shard}`;
export const viewerKey = (id: StreamId, viewer: string) =>
  key(viewersPartition(id, shardOf(viewer, VIEWER_SHARDS)), `VIEWER#${hashed(viewer)}`);
/** That a viewer has been counted in a show's total. */
export const seenKey = (id: StreamId, viewer: string) => key(`SEEN#${id}#${hashed(viewer)}`, 'SEEN');

/** Whom an issuer's subject is to us. Hashed, because a subject may be long, or a person's mail address. */
export const identityKey = (issuer: string, subject: string) =>
  key(`IDENTITY#${hashed(`${issuer}\n${subject}`)}`, 'IDENTITY');
export const userKey = (id: UserId) => key(`USER#${id}`, 'USER');
/** How many follow and are followed: apart from the user, which every request reads and few change. */
export const followCountsKey = (id: UserId) => key(`USER#${id}`, 'TALLY');
/** Whose a handle is, or was until lately. */
export const handleKey = (handle: Handle) => key(`HANDLE#${handle}`, 'HANDLE');
export const followKey = (follower: UserId, followee: UserId) => key(followsPartition(follower), `FOLLOWS#${followee}`);
export const followsPartition = (follower: UserId) => `FOLLOWS#${follower}`;
export const blockKey = (blocker: UserId, blocked: UserId) => key(blocksPartition(blocker), `BLOCKS#${blocked}`);
export const blocksPartition = (blocker: UserId) => `BLOCKS#${blocker}`;
/** A single-use realtime ticket, by its hash. */
export const ticketKey = (ticketHash: string) => key(`TICKET#${ticketHash}`, 'TICKET');
/** Which show a link for guests leads to, by the code's hash. */
export const invitationKey = (codeHash: string) => key(`INVITATION#${codeHash}`, 'INVITATION');
/** Who waits to be a guest of a show, and who is on the air with it. */
export const guestRoomKey = (id: StreamId) => key(`GUESTS#${id}`, 'ROOM');
/** How often somebody has lately done something. */
export const limitKey = (what: string, who: string) => key(`LIMIT#${what}#${hashed(who)}`, 'LIMIT');

export const followingList = (follower: UserId) => `FOLLOWING#${follower}`;
export const followersList = (followee: UserId) => `FOLLOWERS#${followee}`;
export const blockedByList = (blocked: UserId) => `BLOCKEDBY#${blocked}`;
export const blockedList = (blocker: UserId) => `BLOCKED#${blocker}`;

/** Partitions of the explore list: one look reads all of them, and each takes 1,000 new posts a second. */
export const EXPLORE_SHARDS = 4;

export const postKey = (id: PostId) => key(postPartition(id), 'POST');
/** How many like and comment: apart from the post, whose copies in two indexes every like would otherwise write again. */
export const postCountsKey = (id: PostId) => key(postPartition(id), 'TALLY');
export const likeKey = (id: PostId, userId: UserId) => key(postPartition(id), `${LIKES}${userId}`);
export const commentKey = (id: PostId, commentId: CommentId) => key(postPartition(id), `${COMMENTS}${commentId}`);
export const postPartition = (id: PostId) => `POST#${id}`;
export const LIKES = 'LIKE#';
export const COMMENTS = 'COMMENT#';
/** The post that a stream has been given: it stays when the post goes, so that no late event brings that back. */
export const livePostKey = (id: StreamId) => key(`STREAM#${id}`, 'POST');

export const postsOfAuthor = (author: UserId) => `POSTS#${author}`;
export const likesOfUser = (userId: UserId) => `LIKES#${userId}`;
export const commentsOfAuthor = (author: UserId) => `COMMENTS#${author}`;
export const exploreList = (shard: number) => `EXPLORE#${shard}`;

/** By what something is found: the words that people search for, and what a show is about. */
export type Findable = SearchKind | 'categories';

/** Words that begin with the same two characters are looked through together. */
export const searchPartition = (kind: Findable, word: string) =>
  `SEARCH#${kind}#${Array.from(word).slice(0, 2).join('')}`;
const LAST_MS = 9_999_999_999_999;
/** Things under a word: `#` comes before every letter, so that the whole word comes before what begins with it. */
export const underWord = (word: string) => `${word}#`;
/** After all that is under a word, and before the next one. */
export const afterWord = (word: string) => `${word}$`;
/** That something made at `at` is found by a word; the newest comes first. */
export const searchKey = (kind: Findable, word: string, at: number, id: PostId | StreamId | UserId) =>
  key(searchPartition(kind, word), `${underWord(word)}${String(LAST_MS - at).padStart(13, '0')}#${id}`);

/** What is still to be removed after a post or an account is gone; an uploaded file, until a post takes it up. */
export const removalKey = (of: PostId | UploadId | UserId) => key(`REMOVAL#${of}`, 'REMOVAL');
export const DUE_REMOVALS = 'DUE#REMOVAL';
