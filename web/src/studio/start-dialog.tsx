import { useCallback, useMemo } from 'react';
import { useLocale, useTranslations } from 'use-intl';
import type { StreamView } from '#contract/http';
import { useBroadcast, useCameraPicture } from '../broadcast/broadcast-provider.tsx';
import { GoLiveDialog, type GoLiveInput } from '../broadcast/go-live-dialog.tsx';
import { useApp } from '../context/app-context.ts';
import { toast } from '../ui/toast.ts';
import { existingStream, newStream } from './broadcast-ports.ts';
import { changeableIn } from './show-fields.tsx';
import { ThumbnailField } from './thumbnail-field.tsx';
import { useThumbnail } from './use-thumbnail.ts';

/** What the dialog is open for: a new show, or one that exists. */
export type Starting = { with: 'new' } | { with: 'existing'; stream: StreamView; goOn: boolean };

type Props = {
  /** Undefined: it is closed. */
  starting: Starting | undefined;
  onOpenChange: (open: boolean) => void;
  onLive: (streamId: string) => void;
};

/** The Go Live dialog, with the show that it makes or goes on with. */
export const StartDialog = ({ starting, onOpenChange, onLive }: Props) => {
  const t = useTranslations('studio');
  const { api } = useApp();
  const language = useLocale();
  const grab = useCameraPicture();
  const { at } = useBroadcast().state;
  const connecting = at === 'connecting' || at === 'ending';
  const existing = starting?.with === 'existing' ? starting.stream : undefined;
  const thumbnail = useThumbnail(existing?.thumbnail);
  const { save } = thumbnail;
  const create = useCallback(
    async (input: GoLiveInput) => {
      const { hasThumbnail, ...made } = existing
        ? { ...(await existingStream(api, existing, input)), hasThumbnail: existing.thumbnail !== undefined }
        : await newStream(api, input);
      // the show does not wait for its picture
      save(made.streamId, hasThumbnail).catch(() => toast.error(t('thumbnailNotShown')));
      return made;
    },
    [api, existing, save, t],
  );
  const dialog = useMemo(
    () =>
      starting?.with === 'existing'
        ? said(starting)
        : { initial: { title: '', language, visibility: 'public', latency: 'standard' } as const },
    [language, starting],
  );
  return (
    <GoLiveDialog
      open={starting !== undefined}
      onOpenChange={onOpenChange}
      onLive={onLive}
      createStream={create}
      waits={thumbnail.busy}
      picture={<ThumbnailField thumbnail={thumbnail} grab={grab} disabled={connecting} />}
      {...dialog}
    />
  );
};

/** What is said of a show already, and which of it can still be changed. */
const said = ({ stream, goOn }: Extract<Starting, { with: 'existing' }>) => {
  const { title, description, category, language, visibility, latency, startedAt } = stream;
  const sinceMs = startedAt === undefined ? undefined : Date.parse(startedAt);
  const initial = { title, description, category, language, visibility, latency };
  if (goOn) return { initial, asks: [], goOn: { sinceMs } };
  const asks = ['description', 'category', 'language', 'visibility'] as const;
  return { initial, asks: asks.filter((ask) => ask !== 'visibility' || changeableIn(stream).includes(ask)) };
};
