import { toast } from 'sonner';

/** Hands an address on: by the system's own sheet on a touch device, else onto the clipboard. */
export const shareLink = async ({ url, title }: { url: string; title: string }) => {
  if (matchMedia('(pointer: coarse)').matches && 'share' in navigator) {
    // Rejected when the person thinks better of it.
    await navigator.share({ url, title }).catch(() => {});
    return;
  }
  try {
    await navigator.clipboard.writeText(url);
    toast.success('Link copied');
  } catch {
    toast.error('The browser did not let the link be copied. Copy it from the address bar.');
  }
};
