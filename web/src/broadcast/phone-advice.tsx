import { Smartphone } from 'lucide-react';
import { useTranslations } from 'use-intl';
import { useMediaQuery } from '../ui/use-media-query.ts';

/** The person has nothing finer than a finger to point with. */
const TOUCH = '(pointer: coarse)';

/** What a phone does to a show whose page is not in front, said before it happens. */
export const PhoneAdvice = () => {
  const t = useTranslations('broadcast');
  return (
    useMediaQuery(TOUCH) && (
      <p className="phone-advice">
        <Smartphone aria-hidden="true" />
        {t('keepThisPageInFront')}
      </p>
    )
  );
};
