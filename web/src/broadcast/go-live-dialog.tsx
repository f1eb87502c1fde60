import { Radio } from 'lucide-react';
import { useId, useState, type FormEvent, type ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { SHOW_LIMITS } from '#contract/show';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field, TextInput } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { ShowDetails, type ShowAsk, type ShowDetailsDraft } from '../ui/show-details.tsx';
import { useErrorWords } from '../words/error-words.ts';
import { useBroadcast, useBroadcastHandle } from './broadcast-provider.tsx';
import { CameraFields } from './camera-fields.tsx';
import { DeviceSelect } from './device-select.tsx';
import { GoLivePreview } from './go-live-preview.tsx';
import { KeepField } from './kept/keep-field.tsx';
import { SoundButton } from './mix/sound-button.tsx';
import { NoticeBox } from './notice-box.tsx';
import { PhoneAdvice } from './phone-advice.tsx';
import { PictureFields } from './picture-fields.tsx';
import { SceneSelect } from './scenes/scene-select.tsx';
import { ScenesButton } from './scenes/scenes-button.tsx';
import { useCourse } from './use-course.ts';
import './broadcast.css';

/** What the creator has said of the show; the words are those of `POST /stream/create`. */
export type GoLiveInput = ShowDetailsDraft & { title: string };

type Props = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** The show is connected: the page may take over. The dialog has closed itself. */
  onLive: (streamId: string) => void;
  /** Makes the stream and its first address. What it throws is put into words for the person. */
  createStream: (input: GoLiveInput) => Promise<{ streamId: string; ingestUrl: string }>;
  /** What is said already of a show that was announced, or that goes on after the page was reloaded. @default a new show */
  initial?: GoLiveInput | undefined;
  /** What may be said besides the title: in a show that exists not all of it can change any more. @default all */
  asks?: readonly ShowAsk[] | undefined;
  /** The field of its picture, among what is asked besides the title. */
  picture?: ReactNode;
  /** Something that was chosen is still on its way: it does not begin before. @default false */
  waits?: boolean;
  /** A show that was on the air before is gone on with, and begins by itself: all that could be asked is known. */
  goOn?: { sinceMs: number | undefined } | undefined;
};

const NEW_SHOW: GoLiveInput = { title: '', visibility: 'public', latency: 'standard' };
const ALL: readonly ShowAsk[] = ['description', 'category', 'language', 'visibility', 'latency', 'captions', 'test'];

/** Before the show: devices, preview, title, Start. Closing it lets go of the camera. */
export const GoLiveDialog = ({
  open,
  onOpenChange,
  onLive,
  createStream,
  initial = NEW_SHOW,
  asks = ALL,
  picture,
  waits = false,
  goOn,
}: Props) => {
  const t = useTranslations('broadcast');
  const broadcast = useBroadcastHandle();
  const { state, capture, scenes } = useBroadcast();
  const errorWords = useErrorWords();
  const formId = useId();
  const [input, setInput] = useState(initial);
  const [untitled, setUntitled] = useState(false);
  const connecting = state.at === 'connecting' || state.at === 'ending';
  useCourse({ open, onOpenChange, onLive, createStream, initial, goOn });

  const change = (next: boolean) => {
    if (!next) broadcast.dismiss();
    onOpenChange(next);
  };

  const start = (event: FormEvent) => {
    event.preventDefault();
    const title = input.title.trim();
    setUntitled(title === '');
    if (title !== '' && state.at === 'ready' && !waits)
      broadcast.start(() => createStream({ ...input, title }), goOn?.sinceMs);
  };

  return (
    <Dialog
      open={open}
      onOpenChange={change}
      title={goOn ? t('goOnWithTheShow') : t('goLive')}
      description={goOn ? t('goesOnAsSoonAs', { title: initial.title }) : t('checkHowYouLookAnd')}
      width="l"
      dismissible={!connecting}
      footer={
        <>
          <output className="go-live__progress">
            {state.at === 'connecting' && t(`progress.${state.now}`)}
            {state.at === 'ending' && t('stopping')}
            {state.at === 'ready' && waits && t('pictureOnItsWay')}
          </output>
          <Button variant="ghost" onClick={() => (connecting ? broadcast.end() : change(false))}>
            {t('cancel')}
          </Button>
          <Button
            type="submit"
            form={formId}
            variant="live"
            icon={<Radio />}
            busy={connecting}
            disabled={(state.at !== 'ready' && !connecting) || (waits && !connecting)}
          >
            {t('start')}
          </Button>
        </>
      }
    >
      <Form id={formId} className="go-live" onSubmit={start}>
        <div className="go-live__columns">
          <div className="go-live__picture">
            <GoLivePreview />
            {capture.notice && <NoticeBox tone="warn" title={t(`notice.${capture.notice}`)} />}
            <PhoneAdvice />
            {state.at === 'ready' && state.problem !== undefined && (
              <NoticeBox tone="danger" title={errorWords(state.problem)} />
            )}
            {!goOn && (
              <Field
                label={t('title')}
                required
                error={untitled && input.title.trim() === '' ? t('giveTheShowATitle') : undefined}
              >
                {(control) => (
                  <TextInput
                    {...control}
                    value={input.title}
                    maxLength={SHOW_LIMITS.titleCharacters}
                    placeholder={t('whatIsItAbout')}
                    autoComplete="off"
                    disabled={connecting}
                    onChange={({ target }) => setInput({ ...input, title: target.value })}
                  />
                )}
              </Field>
            )}
            <Field label={t('beginWith')} hint={t('beginWithHint')}>
              {(control) => (
                <SceneSelect
                  {...control}
                  value={scenes.liveId}
                  disabled={state.at !== 'ready'}
                  onChoose={(id) => broadcast.scenes.take(id)}
                />
              )}
            </Field>
            <ScenesButton disabled={state.at !== 'ready'} />
          </div>
          <div className="go-live__fields">
            <CameraFields
              none={state.at === 'asking' ? t('waitingForPermission') : t('noCamera')}
              disabled={connecting}
            />
            <DeviceSelect
              label={t('microphone')}
              devices={capture.microphones}
              chosen={capture.microphoneId}
              none={state.at === 'asking' ? t('waitingForPermission') : t('noMicrophone')}
              disabled={connecting}
              onChoose={(id) => void broadcast.capture.chooseMicrophone(id)}
            />
            <SoundButton disabled={state.at !== 'ready'} />
            <PictureFields disabled={state.at !== 'ready'} />
            <KeepField disabled={state.at !== 'ready'} />
            {asks.length > 0 && (
              <MoreFields input={input} asks={asks} picture={picture} disabled={connecting} onChange={setInput} />
            )}
          </div>
        </div>
      </Form>
    </Dialog>
  );
};

type MoreProps = {
  input: GoLiveInput;
  asks: readonly ShowAsk[];
  picture: ReactNode;
  disabled: boolean;
  onChange: (input: GoLiveInput) => void;
};

/** What most shows do without is folded away. */
const MoreFields = ({ input, asks, picture, disabled, onChange }: MoreProps) => {
  const t = useTranslations('broadcast');
  return (
    <details className="go-live__more">
      <summary>{t('more')}</summary>
      <div className="go-live__more-fields">
        {picture}
        <ShowDetails
          draft={input}
          asks={asks}
          disabled={disabled}
          onChange={(change) => onChange({ ...input, ...change })}
        />
      </div>
    </details>
  );
};
