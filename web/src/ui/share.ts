import { toast } from './toast.ts';
import { useTranslations } from 'use-intl';
import type { Translate } from '../words/translate.ts';

/** Hands an address on: by the system's own sheet on a touch device, else onto the clipboard. */
export const useShareLink = () => {
  const t = useTranslations('ui');
  return ({ url, title }: { url: string; title: string }) => void shareLink(t, { url, title });
};

const shareLink = async (t: Translate<'ui'>, { url, title }: { url: string; title: string }) => {
  if (matchMedia('(pointer: coarse)').matches && 'share' in navigator) {
    // Rejected when the person thinks better of it.
    await navigator.share({ url, title }).catch(() => {});
    return;
  }
  try {
    await navigator.clipboard.writeText(url);
    toast.success(t('linkCopied'));
  } catch {
    toast.error(t('linkNotCopied'));
  }
};
