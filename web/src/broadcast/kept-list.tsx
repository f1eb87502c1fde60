import { Download, Trash2 } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import { toast } from 'sonner';
import { useTranslations } from 'use-intl';
import { Button } from '../ui/button.tsx';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { Moment } from '../ui/time.tsx';
import { useInterval } from '../ui/use-interval.ts';
import './broadcast.css';
import { keptRecordings, makeFile, removeKept, type KeptRecording } from './kept/kept-recordings.ts';

/** What a page that is gone has left is kept as soon as it has been sent. */
const LOOK_MS = 3_000;

const save = (file: Blob, name: string) => {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  // The browser has taken it up by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
};

/** `vybzz-2026-11-27-20-15.mp4`: by the clock of whoever it is for. */
const fileName = ({ sinceMs }: KeptRecording, part: number | undefined, extension: string) => {
  const at = new Date(sinceMs - new Date(sinceMs).getTimezoneOffset() * 60_000).toISOString();
  const moment = at.slice(0, 16).replaceAll(/[T:]/g, '-');
  return `vybzz-${moment}${part === undefined ? '' : `-${part}`}.${extension}`;
};

/** What has stayed on this device, looked at now and then. */
const useKept = () => {
  const [kept, setKept] = useState<readonly KeptRecording[]>([]);
  const look = useCallback(() => void keptRecordings().then(setKept), []);
  useEffect(look, [look]);
  useInterval(look, LOOK_MS);
  return { kept, look };
};

/** What has stayed on this device of a show, or of all of them: to be downloaded, or deleted. Nothing where there is nothing. */
export const KeptList = ({ streamId }: { streamId?: string }) => {
  const t = useTranslations('broadcast');
  const { kept: all, look } = useKept();
  const shown = streamId === undefined ? all : all.filter((kept) => kept.streamId === streamId);
  if (shown.length === 0) return null;
  return (
    <section className="kept" aria-label={t('kept.title')}>
      <h2>{t('kept.title')}</h2>
      <ul>
        {shown.map((kept, index) => (
          <Recording key={kept.name} kept={kept} onRemoved={look} {...(shown.length > 1 && { part: index + 1 })} />
        ))}
      </ul>
    </section>
  );
};

const Recording = ({ kept, part, onRemoved }: { kept: KeptRecording; part?: number; onRemoved: () => void }) => {
  const t = useTranslations('broadcast');
  const [share, setShare] = useState<number>();
  const [asking, setAsking] = useState(false);

  const download = async () => {
    setShare(0);
    try {
      const { file, extension } = await makeFile(kept, setShare);
      save(file, fileName(kept, part, extension));
    } catch (error) {
      console.error('No file could be made of a recording:', error);
      toast.error(t('kept.failed'));
    }
    setShare(undefined);
  };
  const remove = async () => {
    setAsking(false);
    await removeKept(kept);
    onRemoved();
  };
  return (
    <li className="kept__recording">
      <p>
        <Moment at={new Date(kept.sinceMs).toISOString()} />{' '}
        <span className="muted">
          {t('kept.size', { megabytes: Math.max(1, Math.round(kept.bytes / 1e6)) })}
          {!kept.whole && ` ${t('kept.cut')}`}
        </span>
      </p>
      <Button icon={<Download />} busy={share !== undefined} onClick={() => void download()}>
        {share === undefined ? t('kept.download') : t('kept.making', { percent: Math.floor(share * 100) })}
      </Button>
      <Button variant="ghost" icon={<Trash2 />} disabled={share !== undefined} onClick={() => setAsking(true)}>
        {t('kept.remove')}
      </Button>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={t('kept.removeQuestion')}
        text={t('kept.removeText')}
        confirm={t('kept.remove')}
        onConfirm={() => void remove()}
      />
    </li>
  );
};
