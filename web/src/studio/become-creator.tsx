import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Film, MonitorSmartphone, WifiOff } from 'lucide-react';
import { useApp } from '../context/app-context.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/page.tsx';
import './become-creator.css';

const PROMISES = [
  { icon: MonitorSmartphone, title: 'Nothing to install', text: 'Your camera, your microphone and this tab.' },
  { icon: WifiOff, title: 'Survives a bad connection', text: 'When your Wi-Fi drops, the show waits and goes on.' },
  { icon: Film, title: 'Keeps the recording', text: 'Every show can be watched again on your page.' },
] as const;

/** The one step between a viewer and their own channel. */
export const BecomeCreator = () => {
  const { api } = useApp();
  const queryClient = useQueryClient();
  const become = useMutation({
    mutationFn: api.becomeCreator,
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['me'] }),
  });
  return (
    <Card className="become-creator">
      <div>
        <h1>Become a creator</h1>
        <p className="muted">It is free, takes a second, and gives you a channel of your own.</p>
      </div>
      <ul className="become-creator__promises">
        {PROMISES.map(({ icon: Icon, title, text }) => (
          <li key={title} className="become-creator__promise">
            <span className="become-creator__icon" aria-hidden="true">
              <Icon />
            </span>
            <div>
              <h2 className="become-creator__title">{title}</h2>
              <p className="muted">{text}</p>
            </div>
          </li>
        ))}
      </ul>
      <div>
        <Button variant="primary" size="l" busy={become.isPending} onClick={() => become.mutate()}>
          Become a creator
        </Button>
      </div>
    </Card>
  );
};
