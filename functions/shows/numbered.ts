import type { SingleMessage } from '#contract/realtime';
import type { ChatEntry } from '#domain/chat';
import type { Stream } from '#domain/stream';
import type { ChatStore } from '#store/chat';
import type { Chat } from './chat.ts';

/** What is said and done in an audience, as its sockets are told of it: it has a number there. */
export type Numbered = Extract<SingleMessage, { seq: number }>;

type Parts = { chat: Pick<ChatStore, 'get' | 'rules'>; chatViews: Pick<Chat, 'views' | 'rulesView'> };

/** Entries of a chat as messages to its audience, in their order; none for one of which there is nothing to see any more. */
export const createNumbered =
  ({ chat, chatViews }: Parts) =>
  async (stream: Stream, entries: readonly ChatEntry[]): Promise<Numbered[]> => {
    const { id: streamId } = stream;
    const said = entries.flatMap((entry) => (entry.kind === 'said' && entry.removedBy === undefined ? [entry] : []));
    const views = new Map((await chatViews.views(stream, said)).map((view) => [view.seq, view]));
    const made = await Promise.all(
      entries.map(async (entry): Promise<Numbered | undefined> => {
        const { seq } = entry;
        switch (entry.kind) {
          case 'removed':
            return { type: 'removed', streamId, seq, of: entry.of };
          case 'rules':
            return {
              type: 'rules',
              streamId,
              seq,
              rules: await chatViews.rulesView(stream, await chat.rules(streamId)),
            };
          case 'restored': {
            const message = await chat.get(streamId, entry.of);
            const [view] = message && message.removedBy === undefined ? await chatViews.views(stream, [message]) : [];
            return view && { type: 'restored', streamId, seq, message: view };
          }
          case 'said': {
            const view = views.get(seq);
            return view && { type: 'chat', streamId, ...view };
          }
          default:
            return entry satisfies never;
        }
      }),
    );
    return made.filter((message) => message !== undefined);
  };
