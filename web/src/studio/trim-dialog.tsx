import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useId, useState, type FormEvent } from 'react';
import { toast } from 'sonner';
import { useTranslations } from 'use-intl';
import type { StreamView } from '#contract/http';
import { SHOW_LIMITS } from '#contract/show';
import { useApp } from '../context/app-context.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field, TextInput } from '../ui/field.tsx';
import { clockTime } from '../ui/time.tsx';
import { parseClock } from './clock-text.ts';
import './trim-dialog.css';

/** Whoever drags passes many moments: a picture is made only of where they stay. */
const STAYS_MS = 350;
const PICTURE_WIDTH = 320;

type Props = { stream: StreamView; lengthSeconds: number; onClose: () => void };

/** Cuts the beginning and the end of a recording off. */
export const TrimDialog = ({ stream, lengthSeconds, onClose }: Props) => {
  const t = useTranslations('studio');
  const { api, queries } = useApp();
  const queryClient = useQueryClient();
  const formId = useId();
  const length = Math.floor(lengthSeconds);
  const [from, setFrom] = useState(0);
  const [to, setTo] = useState(length);
  const trim = useMutation({
    // its last part of a second stays where its end does
    mutationFn: () =>
      api.updateStream(stream.id, { trim: { startSeconds: from, endSeconds: to === length ? lengthSeconds : to } }),
    onSuccess: async (changed) => {
      queryClient.setQueryData(queries.ownShow(stream.id).queryKey, changed);
      toast.success(t('theShorterRecordingIsBeingMade'));
      onClose();
      await queryClient.invalidateQueries({ queryKey: ['streams'] });
    },
  });
  const tooShort = to - from < SHOW_LIMITS.recordingLeastSeconds;
  const isWhole = from === 0 && to === length;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!tooShort && !isWhole && !trim.isPending) trim.mutate();
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('trimTheRecording')}
      description={t('whatIsCutOffIsDeleted')}
      width="l"
      footer={
        <>
          <output className="muted">
            {tooShort
              ? t('nothingWouldBeLeft')
              : t('ofItIsLeft', { left: clockTime(to - from), whole: clockTime(length) })}
          </output>
          <Button variant="ghost" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button type="submit" form={formId} variant="primary" busy={trim.isPending} disabled={tooShort || isWhole}>
            {t('trim')}
          </Button>
        </>
      }
    >
      <form id={formId} className="trim" noValidate onSubmit={submit}>
        <Moment label={t('newBeginning')} seconds={from} length={length} poster={stream.posterUrl} onChange={setFrom} />
        <Moment label={t('newEnd')} seconds={to} length={length} poster={stream.posterUrl} onChange={setTo} />
      </form>
    </Dialog>
  );
};

type MomentProps = {
  label: string;
  seconds: number;
  length: number;
  /** A picture of the recording, where everybody may see one. */
  poster: string | undefined;
  onChange: (seconds: number) => void;
};

/** A moment of the recording: written, or dragged to, with the picture that is there. */
const Moment = ({ label, seconds, length, poster, onChange }: MomentProps) => {
  const t = useTranslations('studio');
  const [written, setWritten] = useState<string>();
  const shown = useStaying(Math.min(seconds, Math.max(0, length - 1)));
  const value = written === undefined ? seconds : parseClock(written);
  const wrong = value === undefined || value > length;
  const write = (text: string) => {
    setWritten(text);
    const at = parseClock(text);
    if (at !== undefined && at <= length) onChange(at);
  };
  return (
    <div className="trim__moment">
      {poster !== undefined && (
        <img className="trim__picture" src={pictureAt(poster, shown)} alt="" width="320" height="180" />
      )}
      <Field label={label} error={wrong ? t('aMomentOfTheRecording', { length: clockTime(length) }) : undefined}>
        {(control) => (
          <TextInput
            {...control}
            dir="ltr"
            inputMode="numeric"
            autoComplete="off"
            value={written ?? clockTime(seconds)}
            onChange={({ target }) => write(target.value)}
            onBlur={() => setWritten(undefined)}
          />
        )}
      </Field>
      <input
        type="range"
        className="trim__range"
        aria-label={label}
        aria-valuetext={clockTime(seconds)}
        min={0}
        max={length}
        step={1}
        value={seconds}
        onChange={({ target }) => {
          setWritten(undefined);
          onChange(target.valueAsNumber);
        }}
      />
    </div>
  );
};

const pictureAt = (poster: string, seconds: number): string => {
  const url = new URL(poster);
  url.searchParams.set('time', String(seconds));
  url.searchParams.set('width', String(PICTURE_WIDTH));
  return url.href;
};

/** The value at which it has stayed for a moment. */
const useStaying = (value: number): number => {
  const [stayed, setStayed] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setStayed(value), STAYS_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return stayed;
};
