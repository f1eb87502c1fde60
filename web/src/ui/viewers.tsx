import { Eye } from 'lucide-react';
import { Badge } from './badge.tsx';
import { compactCount, count } from './count.ts';

/** How many watch now, in a badge. */
export const Viewers = ({ viewers, onPicture = false }: { viewers: number; onPicture?: boolean }) => (
  <Badge tone={onPicture ? 'overlay' : 'neutral'}>
    <Eye aria-hidden="true" />
    <span aria-hidden="true">{compactCount(viewers)}</span>
    <span className="visually-hidden">{count(viewers, 'viewer')}</span>
  </Badge>
);
