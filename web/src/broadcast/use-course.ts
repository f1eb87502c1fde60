import { useEffect } from 'react';
import type { Broadcast } from './broadcast.ts';
import { useBroadcast, useBroadcastHandle } from './broadcast-provider.tsx';
import type { CreateStream } from './ports.ts';

/** The stream that is connected, if the broadcast has come so far. */
const connectedStream = (state: Broadcast): string | undefined => {
  if (state.at === 'live' || state.at === 'reconnecting') return state.streamId;
  return state.at === 'connecting' && state.now === 'starting' ? state.streamId : undefined;
};

type Course<Input> = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  onLive: (streamId: string) => void;
  createStream: (input: Input) => ReturnType<CreateStream>;
  initial: Input;
  goOn: { sinceMs: number | undefined } | undefined;
};

/** What the dialog does by itself: asks for the devices, begins a show that is gone on with, and closes once there is nothing to show. */
export const useCourse = <Input>({ open, onOpenChange, onLive, createStream, initial, goOn }: Course<Input>): void => {
  const broadcast = useBroadcastHandle();
  const { state } = useBroadcast();
  const stream = connectedStream(state);

  useEffect(() => {
    if (open) broadcast.ask();
  }, [open, broadcast]);

  useEffect(() => {
    if (!open || stream === undefined) return;
    onOpenChange(false);
    onLive(stream);
  }, [open, stream, onLive, onOpenChange]);

  // Cancelled while connecting: nothing is left to show.
  useEffect(() => {
    if (!open || state.at !== 'ended') return;
    broadcast.dismiss();
    onOpenChange(false);
  }, [open, state.at, broadcast, onOpenChange]);

  // What went wrong is shown, and then it is the person who presses.
  const begins = open && goOn !== undefined && state.at === 'ready' && state.problem === undefined;
  useEffect(() => {
    if (begins) broadcast.start(() => createStream(initial), goOn?.sinceMs);
  }, [begins, broadcast, createStream, initial, goOn]);
};
