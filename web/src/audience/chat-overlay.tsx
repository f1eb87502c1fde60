import { MessageSquare, MessageSquareOff } from 'lucide-react';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { useLive } from '../context/use-live.ts';
import { IconButton } from '../ui/icon-button.tsx';
import './chat-overlay.css';

/** So many of the last messages lie over the picture. */
const SHOWN = 4;

/**
 * The last that was said, over the creator's own picture: on a phone the chat is below it, out of sight. Who hears the page has the chat
 * itself.
 */
export const ChatOverlay = ({ streamId }: { streamId: string }) => {
  const t = useTranslations('audience');
  const now = useLive(streamId, { mine: true });
  const [open, setOpen] = useState(true);
  const messages = now?.chat?.messages.slice(-SHOWN) ?? [];
  return (
    <div className="chat-overlay">
      {open && (
        <ol className="chat-overlay__messages" aria-hidden="true">
          {messages.map(({ seq, from, text }) => (
            <li key={seq}>
              <bdi className="chat-overlay__author">{from.name}</bdi> <bdi>{text}</bdi>
            </li>
          ))}
        </ol>
      )}
      <IconButton
        size="s"
        raised
        className="chat-overlay__button"
        label={open ? t('hideTheChatOverThePicture') : t('showTheChatOverThePicture')}
        icon={open ? <MessageSquareOff /> : <MessageSquare />}
        onClick={() => setOpen(!open)}
      />
    </div>
  );
};
