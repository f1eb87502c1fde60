import { Eye } from 'lucide-react';
import { useTranslations } from 'use-intl';
import { useFormats } from '../words/formats.ts';
import { Badge } from './badge.tsx';

/** How many watch now, in a badge. */
export const Viewers = ({ viewers, onPicture = false }: { viewers: number; onPicture?: boolean }) => {
  const t = useTranslations('ui');
  const { compact, counted } = useFormats();
  return (
    <Badge tone={onPicture ? 'overlay' : 'neutral'}>
      <Eye aria-hidden="true" />
      <span aria-hidden="true">{compact(viewers)}</span>
      <span className="visually-hidden">{t('viewers', counted(viewers))}</span>
    </Badge>
  );
};
