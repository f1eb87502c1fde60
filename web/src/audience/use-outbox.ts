import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useReducer } from 'react';
import type { Say } from '#contract/chat';
import { isKeptOut } from '../api/api-error.ts';
import { useErrorWords } from '../words/error-words.ts';
import { useApp } from '../context/app-context.ts';
import { EMPTY, step, type Outbox } from './outbox.ts';

export type Sender = {
  outbox: Outbox;
  send: (text: string, replyTo: number | undefined) => void;
  again: (message: Say) => void;
  giveUp: (clientId: string) => void;
};

/** Sends messages to an audience, and remembers what becomes of each. */
export const useOutbox = (streamId: string): Sender => {
  const { api } = useApp();
  const errorWords = useErrorWords();
  const queryClient = useQueryClient();
  const [outbox, happened] = useReducer(step, EMPTY);
  const deliver = useCallback(
    ({ text, clientId, replyTo }: Say) => {
      api.say(streamId, { text, clientId, ...(replyTo !== undefined && { replyTo }) }).then(
        (said) => happened({ type: 'taken', said }),
        (error: unknown) => {
          happened({ type: 'failed', clientId, because: errorWords(error) });
          void queryClient.invalidateQueries({ queryKey: ['chat-standing', streamId] });
          if (isKeptOut(error)) void queryClient.invalidateQueries({ queryKey: ['stream', streamId] });
        },
      );
    },
    [api, errorWords, queryClient, streamId],
  );
  return {
    outbox,
    send: (text, replyTo) => {
      const message: Say = { text, clientId: crypto.randomUUID(), ...(replyTo !== undefined && { replyTo }) };
      happened({ type: 'sent', message });
      deliver(message);
    },
    again: (message) => {
      happened({ type: 'again', clientId: message.clientId });
      deliver(message);
    },
    giveUp: (clientId) => happened({ type: 'given-up', clientId }),
  };
};
