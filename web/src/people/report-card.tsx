import { Link } from '@tanstack/react-router';
import { Check, ExternalLink, Trash2, UserRoundX } from 'lucide-react';
import * as DropdownMenu from 'radix-ui/dropdown-menu';
import { useId, useState } from 'react';
import { useTranslations } from 'use-intl';
import type { ReportCaseView } from '#contract/reports';
import { Badge } from '../ui/badge.tsx';
import { Button, buttonClass } from '../ui/button.tsx';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import '../ui/menu.css';
import { Card } from '../ui/page.tsx';
import { PersonLink } from '../ui/person-link.tsx';
import { Moment, TimeAgo } from '../ui/time.tsx';
import { useFormats } from '../words/formats.ts';
import { useActOnReport } from './use-act-on-report.ts';
import { MenuItem } from '../ui/menu.tsx';

const DAYS = [1, 7, 30] as const;

/** One thing that was reported: what it says, who says what of it, and what can be done. */
export const ReportCard = ({ report }: { report: ReportCaseView }) => {
  const t = useTranslations('moderation');
  const { counted } = useFormats();
  const heading = useId();
  const { kind, owner, suspended, text, there, reports, latest, lastAt } = report;
  const until = <Moment at={suspended?.until ?? ''} />;
  return (
    <Card className="reported">
      <article aria-labelledby={heading}>
        <h2 id={heading} className="reported__heading">
          {t(`kind.${kind}`, { name: owner?.name ?? t('somebody') })}
        </h2>
        <p className="reported__facts muted">
          <span>{t('reportCount', counted(reports))}</span>
          <TimeAgo at={lastAt} />
          {!there && <Badge>{t('gone')}</Badge>}
          {suspended && (
            <Badge tone="warn">
              {suspended.until === undefined ? t('suspendedForGood') : t.rich('suspendedUntil', { time: () => until })}
            </Badge>
          )}
        </p>
        {owner && <PersonLink person={owner} className="reported__owner" />}
        <blockquote className="reported__text" dir="auto">
          {text}
        </blockquote>
        <ul className="reported__reports" aria-label={t('whoReports')}>
          {latest.map(({ by, reason, words, at }) => (
            <li key={`${by?.id} ${at}`}>
              <Badge tone="danger">{t(`reason.${reason}`)}</Badge>
              <span className="muted">
                <bdi>{by ? `@${by.handle}` : t('somebody')}</bdi>
              </span>
              {words && (
                <q dir="auto" className="reported__words">
                  {words}
                </q>
              )}
            </li>
          ))}
        </ul>
        <Actions report={report} />
      </article>
    </Card>
  );
};

const Actions = ({ report: { id, kind, there, owner, streamId, postId } }: { report: ReportCaseView }) => {
  const t = useTranslations('moderation');
  const act = useActOnReport();
  const [removing, setRemoving] = useState(false);
  return (
    <div className="reported__actions">
      <Button icon={<Check />} onClick={() => act.mutate({ act: 'dismiss', caseId: id })}>
        {t('dismiss')}
      </Button>
      {kind !== 'person' && there && (
        <Button
          variant="danger"
          icon={<Trash2 />}
          // a message can be put back, anything else cannot
          onClick={() => (kind === 'message' ? act.mutate({ act: 'remove', caseId: id }) : setRemoving(true))}
        >
          {t(`remove.${kind}`)}
        </Button>
      )}
      {owner && (
        <DropdownMenu.Root modal={false}>
          <DropdownMenu.Trigger className={buttonClass()} aria-label={t('suspendPerson', { name: owner.name })}>
            <UserRoundX aria-hidden="true" />
            {t('suspend')}
          </DropdownMenu.Trigger>
          <DropdownMenu.Portal>
            <DropdownMenu.Content className="menu" align="start" sideOffset={4}>
              <DropdownMenu.Label className="menu__label">{t('whatSuspensionIs')}</DropdownMenu.Label>
              {DAYS.map((days) => (
                <MenuItem key={days} onSelect={() => act.mutate({ act: 'suspend', caseId: id, days })}>
                  {t('forDays', { days })}
                </MenuItem>
              ))}
              <MenuItem dangerous onSelect={() => act.mutate({ act: 'suspend', caseId: id, days: null })}>
                {t('forGood')}
              </MenuItem>
            </DropdownMenu.Content>
          </DropdownMenu.Portal>
        </DropdownMenu.Root>
      )}
      {there && streamId !== undefined && (
        <Link to="/watch/$streamId" params={{ streamId }} className={buttonClass({ variant: 'ghost' })}>
          <ExternalLink aria-hidden="true" />
          {t('openTheShow')}
        </Link>
      )}
      {there && postId !== undefined && (
        <Link to="/post/$postId" params={{ postId }} className={buttonClass({ variant: 'ghost' })}>
          <ExternalLink aria-hidden="true" />
          {t('openThePost')}
        </Link>
      )}
      {kind !== 'message' && kind !== 'person' && (
        <ConfirmDialog
          open={removing}
          onOpenChange={setRemoving}
          title={t(`removeQuestion.${kind}`)}
          text={t(kind === 'comment' ? 'isGoneForGood' : 'cannotBeUndone')}
          confirm={t(`remove.${kind}`)}
          busy={act.isPending}
          onConfirm={() => act.mutate({ act: 'remove', caseId: id }, { onSuccess: () => setRemoving(false) })}
        />
      )}
    </div>
  );
};
