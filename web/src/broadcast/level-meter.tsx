import { Mic, MicOff } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslations } from 'use-intl';
import './broadcast.css';

type Props = { level: () => number; muted: boolean; hasMicrophone: boolean };

/** Below this it is the noise of a quiet room. */
const HEARD = 0.12;
const QUIET_MS = 4_000;

/**
 * How loud the microphone is. The bar follows every frame without React; assistive technology hears only whether there is
 * any sound at all, because a value that changes sixty times a second is noise to it.
 */
export const LevelMeter = ({ level, muted, hasMicrophone }: Props) => {
  const t = useTranslations('broadcast');
  const bar = useRef<HTMLDivElement>(null);
  const [quiet, setQuiet] = useState(false);

  useEffect(() => {
    let heardMs = performance.now();
    let frame = 0;
    const draw = (nowMs: number) => {
      const now = level();
      if (now > HEARD) heardMs = nowMs;
      setQuiet(nowMs - heardMs > QUIET_MS);
      bar.current?.style.setProperty('--level', String(now));
      frame = requestAnimationFrame(draw);
    };
    frame = requestAnimationFrame(draw);
    return () => cancelAnimationFrame(frame);
  }, [level]);

  const text = !hasMicrophone
    ? t('noMicrophone')
    : muted
      ? t('microphoneMuted')
      : quiet
        ? t('noSoundFromTheMicrophone')
        : t('microphoneWorks');
  const Icon = muted || !hasMicrophone ? MicOff : Mic;
  return (
    <div className={`level-meter${muted || !hasMicrophone ? ' level-meter--off' : ''}`}>
      <Icon aria-hidden="true" />
      <div className="level-meter__track" aria-hidden="true">
        <div className="level-meter__bar" ref={bar} />
      </div>
      <output className={quiet && !muted && hasMicrophone ? 'level-meter__text' : 'visually-hidden'}>{text}</output>
    </div>
  );
};
