import { useEffect, useRef, useState } from 'react';
import { useTranslations } from 'use-intl';
import { useApp } from './app-context.ts';
import { useErrorWords } from '../words/error-words.ts';
import { sendForm } from './send-form.ts';
import { judged, whyRefused, type UploadKind } from './upload-rules.ts';

/** A file on its way to where it is shown. `previewUrl` shows it out of the browser's own memory. */
export type Upload =
  | { at: 'none' }
  /** Not even begun: it would not be taken. */
  | { at: 'refused'; name: string; why: string }
  | { at: 'sending'; file: File; previewUrl: string; part: number }
  | { at: 'failed'; file: File; previewUrl: string; why: string }
  | { at: 'sent'; file: File; previewUrl: string; uploadId: string };

/** Uploads one file at a time, of those that are taken; what is chosen later takes the place of what was before. */
export const useUpload = (kind: UploadKind, { onSent }: { onSent?: (uploadId: string) => void } = {}) => {
  const t = useTranslations('feed');
  const errorWords = useErrorWords();
  const { api } = useApp();
  const [upload, setUpload] = useState<Upload>({ at: 'none' });
  const running = useRef<AbortController>(undefined);
  const previewUrl = 'previewUrl' in upload ? upload.previewUrl : undefined;

  useEffect(() => () => running.current?.abort(), []);
  useEffect(() => () => void (previewUrl !== undefined && URL.revokeObjectURL(previewUrl)), [previewUrl]);

  const send = async (file: File, shown: string) => {
    running.current?.abort();
    const run = new AbortController();
    running.current = run;
    const become = (next: Upload) => {
      if (!run.signal.aborted) setUpload(next);
    };
    become({ at: 'sending', file, previewUrl: shown, part: 0 });
    try {
      // A form is good for minutes only, so that each attempt has its own.
      const { id, ...form } = await api.createUpload({ type: file.type, bytes: file.size });
      const outcome = await sendForm(form, file, {
        onProgress: (part) => become({ at: 'sending', file, previewUrl: shown, part }),
        signal: run.signal,
      });
      if (outcome.sent) {
        become({ at: 'sent', file, previewUrl: shown, uploadId: id });
        if (!run.signal.aborted) onSent?.(id);
      } else if (outcome.because !== 'cancelled')
        become({ at: 'failed', file, previewUrl: shown, why: t(`upload.${outcome.because}`) });
    } catch (error) {
      become({ at: 'failed', file, previewUrl: shown, why: errorWords(error) });
    }
  };

  return {
    upload,
    choose: (file: File) => {
      const verdict = judged(file, kind);
      running.current?.abort();
      if ('refused' in verdict) setUpload({ at: 'refused', name: file.name, why: whyRefused(t, verdict, kind) });
      else void send(file, URL.createObjectURL(file));
    },
    retry: () => {
      if (upload.at === 'failed') void send(upload.file, upload.previewUrl);
    },
    remove: () => {
      running.current?.abort();
      setUpload({ at: 'none' });
    },
  };
};
