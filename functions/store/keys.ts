import { createHash } from 'node:crypto';
import type { StreamId, UserId } from '#domain/ids';
import type { Key } from './dynamo.ts';

/** Every key of the one table, and of its indexes, is made here and nowhere else. What reads by which is in README.md. */
const key = (pk: string, sk: string): Key => ({ pk: { S: pk }, sk: { S: sk } });

/** Secrets that open something (stream keys, tickets, resume tokens) are stored only as this. */
export const hashed = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** A shard of `count`, always the same one for the same text. */
export const shardOf = (text: string, count: number): number =>
  createHash('sha256').update(text).digest().readUInt16BE(0) % count;

// ── streams ───────────────────────────────────────────────────────────────────────────────────────────────────────

/** Partitions of the live list: all of it is read on each look, so few; each takes 1,000 state changes a second. */
export const LIVE_SHARDS = 4;
export const DUE_SHARDS = 4;

export const streamKey = (id: StreamId) => key(`STREAM#${id}`, 'STREAM');
export const leaseKey = (id: StreamId) => key(`STREAM#${id}`, 'LEASE');
/** A single-use stream key, by its hash. */
export const ingestKey = (keyHash: string) => key(`INGEST#${keyHash}`, 'INGEST');
/** Which stream of a creator has the air: at most one. */
export const airKey = (creator: UserId) => key(`CREATOR#${creator}`, 'AIR');
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
export const dueStreams = (shard: number) => `DUE#STREAM#${shard}`;

// ── realtime ──────────────────────────────────────────────────────────────────────────────────────────────────────

/** Connections of a room, spread so that a full room is no hot partition. */
export const ROOM_SHARDS = 8;

export const connectionKey = (connectionId: string) => key(`CONNECTION#${connectionId}`, 'CONNECTION');
export const memberKey = (id: StreamId, connectionId: string) =>
  key(roomPartition(id, shardOf(connectionId, ROOM_SHARDS)), `MEMBER#${connectionId}`);
export const roomPartition = (id: StreamId, shard: number) => `ROOM#${id}#${shard}`;
