import { Ear, Square } from 'lucide-react';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useTranslations } from 'use-intl';
import { Button } from '../../ui/button.tsx';
import { useBroadcastHandle } from '../broadcast-provider.tsx';

const LISTEN_MS = 3_000;

type State = 'idle' | 'recording' | 'playing' | 'impossible';

/** Three seconds of the mix, and then those three seconds back. */
export const ListenBack = () => {
  const t = useTranslations('broadcast.desk');
  const broadcast = useBroadcastHandle();
  const [state, setState] = useState<State>('idle');
  const release = useRef<() => void>(() => {});

  const stop = useCallback(() => {
    release.current();
    release.current = () => {};
  }, []);
  useEffect(() => stop, [stop]);

  const play = (recorded: Blob) => {
    const address = URL.createObjectURL(recorded);
    const audio = new Audio(address);
    const finish = () => {
      audio.pause();
      URL.revokeObjectURL(address);
      setState('idle');
    };
    release.current = finish;
    audio.addEventListener('ended', finish);
    setState('playing');
    audio.play().catch(() => {
      finish();
      setState('impossible');
    });
  };

  const record = () => {
    const track = broadcast.soundTrack();
    if (!track || typeof MediaRecorder === 'undefined') return setState('impossible');
    // A copy: what stops with the recording must not be the show's.
    const copy = track.clone();
    const chunks: Blob[] = [];
    const recorder = new MediaRecorder(new MediaStream([copy]));
    let wanted = true;
    const timer = setTimeout(() => recorder.stop(), LISTEN_MS);
    recorder.addEventListener('dataavailable', ({ data }) => chunks.push(data));
    recorder.addEventListener('stop', () => {
      copy.stop();
      if (wanted) play(new Blob(chunks, { type: recorder.mimeType }));
    });
    release.current = () => {
      wanted = false;
      clearTimeout(timer);
      if (recorder.state !== 'inactive') recorder.stop();
      setState('idle');
    };
    setState('recording');
    recorder.start();
  };

  const isBusy = state === 'recording' || state === 'playing';
  return (
    <div className="listen-back">
      <Button icon={isBusy ? <Square /> : <Ear />} onClick={isBusy ? stop : record}>
        {isBusy ? t('stop') : t('listenBack')}
      </Button>
      <output className="muted">{t(`listen.${state}`)}</output>
    </div>
  );
};
