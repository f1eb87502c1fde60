import { Plus, Trash2 } from 'lucide-react';
import { useId, useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field, Select, TextInput } from '../../ui/field.tsx';
import { useBroadcast, useBroadcastHandle } from '../broadcast-provider.tsx';
import { NoticeBox } from '../notice-box.tsx';
import { CARDS, CORNERS, INSET_SIZES, type Corner, type Layout } from '../picture/stage.ts';
import { SCENE_LIMITS, type Dressing, type Scene } from './scene-set.ts';
import { SCENE_PROBLEMS } from './scenes.ts';
import './scenes.css';

const KINDS: { is: Layout['is']; name: string; layout: Layout }[] = [
  { is: 'camera', name: 'Camera', layout: { is: 'camera' } },
  { is: 'screen', name: 'Screen', layout: { is: 'screen' } },
  {
    is: 'inset',
    name: 'Screen and camera',
    layout: { is: 'inset', corner: 'bottom-right', size: 'small', round: false },
  },
  { is: 'side-by-side', name: 'Side by side', layout: { is: 'side-by-side' } },
  { is: 'media', name: 'Pictures or video', layout: { is: 'media' } },
  { is: 'card', name: 'Card with words', layout: { is: 'card', card: 'break', minutes: 0 } },
];

const CORNER_NAMES = {
  'top-left': 'Top left',
  'top-right': 'Top right',
  'bottom-left': 'Bottom left',
  'bottom-right': 'Bottom right',
} as const satisfies Record<Corner, string>;
const SIZE_NAMES = { small: 'Small', medium: 'Medium', large: 'Large' } as const;
const CARD_NAMES = { starting: 'Starting soon', break: 'Be right back', ended: 'Thank you for watching' } as const;

/** Every scene and what lies over all of them. Changes hold at once, on the air too. */
export const SceneEditor = ({ onClose }: { onClose: () => void }) => {
  const broadcast = useBroadcastHandle();
  const { scenes } = useBroadcast();
  const [chosenId, setChosenId] = useState(scenes.liveId);
  const chosen = scenes.scenes.find(({ id }) => id === chosenId) ?? scenes.scenes[0];
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Scenes"
      description="Kept for you in this browser. What you change of the scene on the air is seen at once."
      width="l"
    >
      <div className="scene-editor">
        {scenes.problem && <NoticeBox tone="warn" title={SCENE_PROBLEMS[scenes.problem]} />}
        <section className="scene-editor__part" aria-label="One scene">
          <Field label="Scene">
            {(control) => (
              <Select {...control} value={chosen?.id} onChange={({ target }) => setChosenId(target.value)}>
                {scenes.scenes.map(({ id, name }) => (
                  <option key={id} value={id}>
                    {name}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          {chosen && <SceneFields key={chosen.id} scene={chosen} />}
          <div className="scene-editor__actions">
            <Button
              size="s"
              icon={<Plus />}
              disabled={scenes.scenes.length >= SCENE_LIMITS.scenes}
              onClick={() => broadcast.scenes.add({ name: 'New scene', layout: { is: 'camera' } })}
            >
              Add a scene
            </Button>
            <Button
              size="s"
              icon={<Trash2 />}
              disabled={scenes.scenes.length === 1 || !chosen}
              onClick={() => chosen && broadcast.scenes.remove(chosen.id)}
            >
              Remove this scene
            </Button>
          </div>
        </section>
        <DressingFields dressing={scenes.dressing} />
      </div>
    </Dialog>
  );
};

const SceneFields = ({ scene }: { scene: Scene }) => {
  const broadcast = useBroadcastHandle();
  const { layout } = scene;
  const change = (next: Layout) => broadcast.scenes.change({ ...scene, layout: next });
  return (
    <>
      <div className="scene-editor__row">
        <Field label="Name">
          {(control) => (
            <TextInput
              {...control}
              value={scene.name}
              maxLength={SCENE_LIMITS.nameCharacters}
              dir="auto"
              onChange={({ target }) => broadcast.scenes.change({ ...scene, name: target.value })}
            />
          )}
        </Field>
        <Choice
          label="What it shows"
          value={layout.is}
          names={Object.fromEntries(KINDS.map(({ is, name }) => [is, name]))}
          onChoose={(is) => {
            const kind = KINDS.find((candidate) => candidate.is === is);
            if (kind) change(kind.layout);
          }}
        />
      </div>
      {layout.is === 'inset' && (
        <div className="scene-editor__row">
          <Choice
            label="Where the camera is"
            value={layout.corner}
            names={CORNER_NAMES}
            onChoose={(corner) =>
              change({ ...layout, corner: CORNERS.find((name) => name === corner) ?? layout.corner })
            }
          />
          <Choice
            label="Size of the camera"
            value={layout.size}
            names={SIZE_NAMES}
            onChoose={(size) => change({ ...layout, size: INSET_SIZES.find((name) => name === size) ?? layout.size })}
          />
          <Choice
            label="Form of the camera"
            value={layout.round ? 'round' : 'square'}
            names={{ square: 'With corners', round: 'Round' }}
            onChoose={(form) => change({ ...layout, round: form === 'round' })}
          />
        </div>
      )}
      {layout.is === 'card' && (
        <div className="scene-editor__row">
          <Choice
            label="What it says"
            value={layout.card}
            names={CARD_NAMES}
            onChoose={(card) => change({ ...layout, card: CARDS.find((name) => name === card) ?? layout.card })}
          />
          <Field label="Countdown in minutes" hint="0 for none. It begins when the scene is shown.">
            {(control) => (
              <TextInput
                {...control}
                type="number"
                min={0}
                max={SCENE_LIMITS.countdownMinutes}
                value={layout.minutes}
                onChange={({ target }) =>
                  change({
                    ...layout,
                    minutes: Math.min(SCENE_LIMITS.countdownMinutes, Math.max(0, Math.round(Number(target.value)))),
                  })
                }
              />
            )}
          </Field>
        </div>
      )}
      {layout.is === 'media' && <MediaFields scene={scene} />}
    </>
  );
};

const MediaFields = ({ scene }: { scene: Scene }) => {
  const broadcast = useBroadcastHandle();
  const { scenes } = useBroadcast();
  const count = scenes.slides[scene.id] ?? 0;
  const has = scenes.video ?? (count > 0 ? `${count} ${count === 1 ? 'picture' : 'pictures'}` : 'Nothing yet');
  return (
    <Field
      label="Pictures, or one video file"
      hint={`${has}. Up to ${SCENE_LIMITS.slides} pictures, shown one after the other as you turn them. A video plays over and over and is not kept.`}
    >
      {(control) => (
        <input
          {...control}
          type="file"
          className="control"
          accept="image/*,video/*"
          multiple
          onChange={({ target }) => void broadcast.scenes.setFiles(scene.id, [...(target.files ?? [])])}
        />
      )}
    </Field>
  );
};

/** What lies over and under every scene. */
const DressingFields = ({ dressing }: { dressing: Dressing }) => {
  const broadcast = useBroadcastHandle();
  const { scenes } = useBroadcast();
  const dress = (change: Partial<Dressing>) => broadcast.scenes.dress({ ...dressing, ...change });
  const { lowerThird, ticker, logo } = dressing;
  return (
    <section className="scene-editor__part" aria-label="Over every scene">
      <h3>Over every scene</h3>
      <Switch
        label="Name at the bottom"
        on={lowerThird.shown}
        onSwitch={(shown) => dress({ lowerThird: { ...lowerThird, shown } })}
      />
      <div className="scene-editor__row">
        <Words
          label="Name"
          value={lowerThird.name}
          onWrite={(name) => dress({ lowerThird: { ...lowerThird, name } })}
        />
        <Words
          label="Line under it"
          value={lowerThird.line}
          onWrite={(line) => dress({ lowerThird: { ...lowerThird, line } })}
        />
      </div>
      <Switch
        label="Text that runs along the bottom"
        on={ticker.shown}
        onSwitch={(shown) => dress({ ticker: { ...ticker, shown } })}
      />
      <Words label="Running text" value={ticker.text} onWrite={(text) => dress({ ticker: { ...ticker, text } })} />
      <Switch label="Logo" on={logo.shown} onSwitch={(shown) => dress({ logo: { ...logo, shown } })} />
      <div className="scene-editor__row">
        <PictureFile label="Picture of the logo" name="logo" has={scenes.hasLogo} />
        <Choice
          label="Where the logo is"
          value={logo.corner}
          names={CORNER_NAMES}
          onChoose={(corner) =>
            dress({ logo: { ...logo, corner: CORNERS.find((name) => name === corner) ?? logo.corner } })
          }
        />
      </div>
      <div className="scene-editor__row">
        <Field label="Background colour">
          {(control) => (
            <input
              {...control}
              type="color"
              className="control scene-editor__color"
              value={dressing.background}
              onChange={({ target }) => dress({ background: target.value })}
            />
          )}
        </Field>
        <PictureFile label="Background picture" name="background" has={scenes.hasBackground} />
      </div>
    </section>
  );
};

const PictureFile = ({ label, name, has }: { label: string; name: 'logo' | 'background'; has: boolean }) => {
  const broadcast = useBroadcastHandle();
  return (
    <div className="scene-editor__file">
      <Field label={label} {...(has && { hint: 'There is one; another takes its place.' })}>
        {(control) => (
          <input
            {...control}
            type="file"
            className="control"
            accept="image/*"
            onChange={({ target }) => void broadcast.scenes.setPicture(name, target.files?.[0])}
          />
        )}
      </Field>
      {has && (
        <Button size="s" onClick={() => void broadcast.scenes.setPicture(name, undefined)}>
          {name === 'logo' ? 'Remove the logo' : 'Remove the background'}
        </Button>
      )}
    </div>
  );
};

const Words = ({ label, value, onWrite }: { label: string; value: string; onWrite: (text: string) => void }) => (
  <Field label={label}>
    {(control) => (
      <TextInput
        {...control}
        value={value}
        maxLength={SCENE_LIMITS.textCharacters}
        dir="auto"
        onChange={({ target }) => onWrite(target.value)}
      />
    )}
  </Field>
);

type ChoiceProps = {
  label: string;
  value: string;
  names: Readonly<Record<string, string>>;
  onChoose: (value: string) => void;
};

const Choice = ({ label, value, names, onChoose }: ChoiceProps) => (
  <Field label={label}>
    {(control) => (
      <Select {...control} value={value} onChange={({ target }) => onChoose(target.value)}>
        {Object.entries(names).map(([choice, name]) => (
          <option key={choice} value={choice}>
            {name}
          </option>
        ))}
      </Select>
    )}
  </Field>
);

const Switch = ({ label, on, onSwitch }: { label: string; on: boolean; onSwitch: (on: boolean) => void }) => {
  const id = useId();
  return (
    <label className="scene-editor__switch" htmlFor={id}>
      <input id={id} type="checkbox" checked={on} onChange={({ target }) => onSwitch(target.checked)} />
      {label}
    </label>
  );
};
