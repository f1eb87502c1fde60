import { AArrowDown, AArrowUp, Bell, BellOff, SquareArrowOutUpRight } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslations } from 'use-intl';
import type { ChatLog } from '../realtime/chat-log.ts';
import { IconButton } from '../ui/icon-button.tsx';

const LARGE = 'vybzz.chat-large';
const SOUND_HZ = 660;
const SOUND_SECONDS = 0.12;
const SOUND_VOLUME = 0.05;

/** How a creator wants the chat of their own show. */
export const useStudioTools = (chat: ChatLog | undefined, me: string | undefined) => {
  const [large, setLarge] = useState(() => remembered());
  const [sound, setSound] = useState<AudioContext>();
  const last = chat?.messages.findLast(({ from }) => from.handle !== me)?.seq;
  const heard = useRef(last);
  useEffect(() => {
    const isNew = last !== undefined && heard.current !== undefined && last > heard.current;
    heard.current = last ?? heard.current ?? 0;
    if (isNew && sound) play(sound);
  }, [last, sound]);
  return {
    large,
    sound: sound !== undefined,
    setLarge: (wanted: boolean) => {
      setLarge(wanted);
      try {
        localStorage.setItem(LARGE, String(wanted));
      } catch {
        // It then lasts as long as the page.
      }
    },
    setSound: (wanted: boolean) => {
      void sound?.close();
      setSound(wanted ? new AudioContext() : undefined);
    },
  };
};

type Tools = ReturnType<typeof useStudioTools>;

const remembered = () => {
  try {
    return localStorage.getItem(LARGE) === 'true';
  } catch {
    return false;
  }
};

const play = (context: AudioContext) => {
  const tone = context.createOscillator();
  const volume = context.createGain();
  tone.frequency.value = SOUND_HZ;
  volume.gain.setValueAtTime(SOUND_VOLUME, context.currentTime);
  volume.gain.exponentialRampToValueAtTime(0.001, context.currentTime + SOUND_SECONDS);
  tone.connect(volume).connect(context.destination);
  tone.start();
  tone.stop(context.currentTime + SOUND_SECONDS);
};

/**
 * Larger type, a sound, and a window of its own. Each says what pressing it does, and therefore has no pressed state: together the two
 * would be heard as the contrary (https://www.w3.org/WAI/ARIA/apg/patterns/button/).
 */
export const StudioTools = ({ streamId, tools }: { streamId: string; tools: Tools }) => {
  const t = useTranslations('audience');
  return (
    <>
      <IconButton
        size="s"
        label={tools.large ? t('smallerType') : t('largerType')}
        icon={tools.large ? <AArrowDown /> : <AArrowUp />}
        onClick={() => tools.setLarge(!tools.large)}
      />
      <IconButton
        size="s"
        label={tools.sound ? t('noSoundAtMessages') : t('aSoundAtMessages')}
        icon={tools.sound ? <Bell /> : <BellOff />}
        onClick={() => tools.setSound(!tools.sound)}
      />
      {!location.pathname.startsWith('/chat/') && (
        <IconButton
          size="s"
          label={t('inAWindowOfIts')}
          icon={<SquareArrowOutUpRight />}
          onClick={() => window.open(`/chat/${streamId}`, `chat-${streamId}`, 'popup,width=420,height=720')}
        />
      )}
    </>
  );
};
