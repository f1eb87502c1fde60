import { Dialog } from '../ui/dialog.tsx';
import { KEYS } from './player-keys.ts';

/** Which key does what. */
export const PlayerKeysDialog = ({ open, onClose }: { open: boolean; onClose: () => void }) => (
  <Dialog
    open={open}
    onOpenChange={onClose}
    title="Keys"
    description="They work anywhere on the page while nothing is typed."
  >
    <dl className="player-keys">
      {KEYS.map(({ keys, does }) => (
        <div key={does} className="player-keys__line">
          <dt>
            {keys.map((key) => (
              <kbd key={key}>{key}</kbd>
            ))}
          </dt>
          <dd>{does}</dd>
        </div>
      ))}
    </dl>
  </Dialog>
);
