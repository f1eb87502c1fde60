import { Undo2 } from 'lucide-react';
import { useTranslations } from 'use-intl';
import type { PlatformActView } from '#contract/reports';
import { Button } from '../ui/button.tsx';
import { Moment, TimeAgo } from '../ui/time.tsx';
import { useActOnReport } from './use-act-on-report.ts';

/** One thing that a moderator has done, and the way back where there is one. */
export const PlatformActLine = ({ act: done }: { act: PlatformActView }) => {
  const t = useTranslations('moderation');
  const act = useActOnReport();
  const { id, at, by, owner, kind, text, suspended, undone, undoable } = done;
  const handle = (person: typeof by) => (person ? `@${person.handle}` : t('somebody'));
  const until = <Moment at={suspended?.until ?? ''} />;
  return (
    <li className={undone ? 'reports__undone' : undefined}>
      <div className="reports__did">
        <p>
          {done.act === 'suspend'
            ? t('did.suspend', { by: handle(by), owner: handle(owner) })
            : t(`did.${done.act}`, { by: handle(by), what: t(`of.${kind}`, { owner: handle(owner) }) })}{' '}
          {suspended &&
            (suspended.until === undefined ? t('suspendedForGood') : t.rich('suspendedUntil', { time: () => until }))}
        </p>
        <p className="muted">
          <TimeAgo at={at} />
          {undone && ` · ${t('takenBack')}`}
        </p>
        <q dir="auto" className="reported__words">
          {text}
        </q>
      </div>
      {undoable && (
        <Button size="s" icon={<Undo2 />} busy={act.isPending} onClick={() => act.mutate({ act: 'undo', actId: id })}>
          {t('takeBack')}
        </Button>
      )}
    </li>
  );
};
