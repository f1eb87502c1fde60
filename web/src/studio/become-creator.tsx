import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Film, MonitorSmartphone, WifiOff } from 'lucide-react';
import { useTranslations } from 'use-intl';
import { useApp } from '../context/app-context.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/page.tsx';
import './become-creator.css';

const PROMISES = [
  { promise: 'install', icon: MonitorSmartphone },
  { promise: 'survives', icon: WifiOff },
  { promise: 'recording', icon: Film },
] as const;

/** The one step between a viewer and their own channel. */
export const BecomeCreator = () => {
  const t = useTranslations('studio');
  const { api } = useApp();
  const queryClient = useQueryClient();
  const become = useMutation({
    mutationFn: api.becomeCreator,
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['me'] }),
  });
  return (
    <Card className="become-creator">
      <div>
        <h1>{t('becomeACreator')}</h1>
        <p className="muted">{t('itIsFreeTakesA')}</p>
      </div>
      <ul className="become-creator__promises">
        {PROMISES.map(({ icon: Icon, promise }) => (
          <li key={promise} className="become-creator__promise">
            <span className="become-creator__icon" aria-hidden="true">
              <Icon />
            </span>
            <div>
              <h2 className="become-creator__title">{t(`promise.${promise}`)}</h2>
              <p className="muted">{t(`promiseText.${promise}`)}</p>
            </div>
          </li>
        ))}
      </ul>
      <div>
        <Button variant="primary" size="l" busy={become.isPending} onClick={() => become.mutate()}>
          {t('becomeACreator')}
        </Button>
      </div>
    </Card>
  );
};
