import { Mic, MicOff } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslations } from 'use-intl';
import './broadcast.css';

type Props = { level: () => number; peak: () => number; muted: boolean; hasMicrophone: boolean };

/** Below this it is the noise of a quiet room. */
const HEARD = 0.12;
const QUIET_MS = 4_000;
/** From here on a sample is cut off, or nearly. */
const TOO_LOUD = 0.98;
/** So many frames of the page with such a sample, within so long: one bang is none. */
const LOUD_FRAMES = 3;
const LOUD_MS = 2_000;
/** For whoever wants nothing to move: how often the bar changes, and in how many steps. */
const CALM_MS = 500;
const CALM_STEPS = 5;

/**
 * How loud the microphone is. The bar follows every frame without React; assistive technology hears only whether there is
 * any sound at all, because a value that changes sixty times a second is noise to it.
 */
export const LevelMeter = ({ level, peak, muted, hasMicrophone }: Props) => {
  const t = useTranslations('broadcast');
  const bar = useRef<HTMLDivElement>(null);
  const [quiet, setQuiet] = useState(false);
  const [loud, setLoud] = useState(false);

  useEffect(() => {
    let heardMs = performance.now();
    let frame = 0;
    let loudMs: number[] = [];
    let drawnMs = -Infinity;
    const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const draw = (nowMs: number) => {
      const now = level();
      if (now > HEARD) heardMs = nowMs;
      if (peak() >= TOO_LOUD) loudMs.push(nowMs);
      loudMs = loudMs.filter((ms) => nowMs - ms < LOUD_MS);
      setQuiet(nowMs - heardMs > QUIET_MS);
      setLoud(loudMs.length >= LOUD_FRAMES);
      if (!isCalm || nowMs - drawnMs > CALM_MS) {
        drawnMs = nowMs;
        bar.current?.style.setProperty('--level', String(isCalm ? Math.round(now * CALM_STEPS) / CALM_STEPS : now));
      }
      frame = requestAnimationFrame(draw);
    };
    frame = requestAnimationFrame(draw);
    return () => cancelAnimationFrame(frame);
  }, [level, peak]);

  const text = !hasMicrophone
    ? t('noMicrophone')
    : muted
      ? t('microphoneMuted')
      : quiet
        ? t('noSoundFromTheMicrophone')
        : loud
          ? t('tooLoud')
          : t('microphoneWorks');
  const Icon = muted || !hasMicrophone ? MicOff : Mic;
  return (
    <div className={`level-meter${muted || !hasMicrophone ? ' level-meter--off' : ''}`}>
      <Icon aria-hidden="true" />
      <div className="level-meter__track" aria-hidden="true">
        <div className="level-meter__bar" ref={bar} />
      </div>
      <output className={(quiet || loud) && !muted && hasMicrophone ? 'level-meter__text' : 'visually-hidden'}>
        {text}
      </output>
    </div>
  );
};
