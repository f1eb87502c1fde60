import { Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { Button } from '../../ui/button.tsx';
import { Check } from '../../ui/check.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field, Select, TextInput } from '../../ui/field.tsx';
import { useBroadcast, useBroadcastHandle } from '../broadcast-provider.tsx';
import { NoticeBox } from '../notice-box.tsx';
import { CARDS, CORNERS, INSET_SIZES, type Layout } from '../picture/stage.ts';
import { sceneName } from './scene-name.ts';
import { SceneSelect } from './scene-select.tsx';
import { SCENE_LIMITS, type Dressing, type Scene } from './scene-set.ts';
import './scenes.css';

/** What scenes are made of by hand; those with guests come and go with them. */
type Made = Exclude<Layout['is'], 'guests'>;
const isMade = (layout: Layout['is']): layout is Made => layout !== 'guests';

/** What a scene can show, as it begins. */
const LAYOUTS = {
  camera: { is: 'camera' },
  screen: { is: 'screen' },
  inset: { is: 'inset', corner: 'bottom-right', size: 'small', round: false },
  'side-by-side': { is: 'side-by-side' },
  media: { is: 'media' },
  card: { is: 'card', card: 'break', minutes: 0 },
} as const satisfies { [Kind in Made]: Extract<Layout, { is: Kind }> };
const KINDS = ['camera', 'screen', 'inset', 'side-by-side', 'media', 'card'] as const satisfies Made[];
const FORMS = ['square', 'round'] as const;
const BYTES_IN_MB = 1024 * 1024;

/** Every scene and what lies over all of them. Changes hold at once, on the air too. */
export const SceneEditor = ({ onClose }: { onClose: () => void }) => {
  const t = useTranslations('broadcast');
  const broadcast = useBroadcastHandle();
  const { scenes } = useBroadcast();
  const [chosenId, setChosenId] = useState(scenes.liveId);
  const chosen = scenes.scenes.find(({ id }) => id === chosenId) ?? scenes.scenes[0];
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('scenes.scenes')}
      description={t('scenes.keptForYou')}
      width="l"
    >
      <div className="scene-editor">
        {scenes.problem && (
          <NoticeBox
            tone="warn"
            title={t(`scenes.problem.${scenes.problem}`, { most: SCENE_LIMITS.pictureBytes / BYTES_IN_MB })}
          />
        )}
        <section className="scene-editor__part" aria-label={t('scenes.oneScene')}>
          <Field label={t('scenes.scene')}>
            {(control) => <SceneSelect {...control} value={chosen?.id} onChoose={setChosenId} />}
          </Field>
          {chosen && <SceneFields key={chosen.id} scene={chosen} />}
          <div className="scene-editor__actions">
            <Button
              size="s"
              icon={<Plus />}
              disabled={scenes.scenes.length >= SCENE_LIMITS.scenes}
              onClick={() => broadcast.scenes.add({ name: t('scenes.newScene'), layout: { is: 'camera' } })}
            >
              {t('scenes.add')}
            </Button>
            <Button
              size="s"
              icon={<Trash2 />}
              disabled={scenes.scenes.length === 1 || !chosen}
              onClick={() => chosen && broadcast.scenes.remove(chosen.id)}
            >
              {t('scenes.remove')}
            </Button>
          </div>
        </section>
        <DressingFields dressing={scenes.dressing} />
      </div>
    </Dialog>
  );
};

const SceneFields = ({ scene }: { scene: Scene }) => {
  const t = useTranslations('broadcast');
  const broadcast = useBroadcastHandle();
  const { layout } = scene;
  const change = (next: Layout) => broadcast.scenes.change({ ...scene, layout: next });
  return (
    <>
      <div className="scene-editor__row">
        <Field label={t('scenes.name')}>
          {(control) => (
            <TextInput
              {...control}
              value={scene.name}
              placeholder={sceneName(t, { ...scene, name: '' })}
              maxLength={SCENE_LIMITS.nameCharacters}
              dir="auto"
              onChange={({ target }) => broadcast.scenes.change({ ...scene, name: target.value })}
            />
          )}
        </Field>
        <Choice
          label={t('scenes.whatItShows')}
          value={isMade(layout.is) ? layout.is : 'camera'}
          among={KINDS}
          nameOf={(kind) => t(`scenes.layout.${kind}`)}
          onChoose={(kind) => change(LAYOUTS[kind])}
        />
      </div>
      {layout.is === 'inset' && (
        <div className="scene-editor__row">
          <Choice
            label={t('scenes.whereTheCameraIs')}
            value={layout.corner}
            among={CORNERS}
            nameOf={(corner) => t(`scenes.corner.${corner}`)}
            onChoose={(corner) => change({ ...layout, corner })}
          />
          <Choice
            label={t('scenes.sizeOfTheCamera')}
            value={layout.size}
            among={INSET_SIZES}
            nameOf={(size) => t(`scenes.size.${size}`)}
            onChoose={(size) => change({ ...layout, size })}
          />
          <Choice
            label={t('scenes.formOfTheCamera')}
            value={layout.round ? 'round' : 'square'}
            among={FORMS}
            nameOf={(form) => t(`scenes.form.${form}`)}
            onChoose={(form) => change({ ...layout, round: form === 'round' })}
          />
        </div>
      )}
      {layout.is === 'card' && (
        <div className="scene-editor__row">
          <Choice
            label={t('scenes.whatItSays')}
            value={layout.card}
            among={CARDS}
            nameOf={(card) => t(`card.${card}`)}
            onChoose={(card) => change({ ...layout, card })}
          />
          <Field label={t('scenes.countdown')} hint={t('scenes.countdownHint')}>
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
  const t = useTranslations('broadcast.scenes');
  const broadcast = useBroadcastHandle();
  const { scenes } = useBroadcast();
  const count = scenes.slides[scene.id] ?? 0;
  const has = scenes.video === undefined ? t('picturesHere', { count }) : t('videoHere', { name: scenes.video });
  return (
    <Field label={t('files')} hint={`${has} ${t('filesHint', { most: SCENE_LIMITS.slides })}`}>
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
  const t = useTranslations('broadcast.scenes');
  const broadcast = useBroadcastHandle();
  const { scenes } = useBroadcast();
  const dress = (change: Partial<Dressing>) => broadcast.scenes.dress({ ...dressing, ...change });
  const { lowerThird, ticker, logo } = dressing;
  return (
    <section className="scene-editor__part" aria-label={t('overEveryScene')}>
      <h3>{t('overEveryScene')}</h3>
      <Check
        label={t('nameAtTheBottom')}
        on={lowerThird.shown}
        onSwitch={(shown) => dress({ lowerThird: { ...lowerThird, shown } })}
      />
      <div className="scene-editor__row">
        <Words
          label={t('name')}
          value={lowerThird.name}
          onWrite={(name) => dress({ lowerThird: { ...lowerThird, name } })}
        />
        <Words
          label={t('lineUnderIt')}
          value={lowerThird.line}
          onWrite={(line) => dress({ lowerThird: { ...lowerThird, line } })}
        />
      </div>
      <Check label={t('ticker')} on={ticker.shown} onSwitch={(shown) => dress({ ticker: { ...ticker, shown } })} />
      <Words label={t('tickerText')} value={ticker.text} onWrite={(text) => dress({ ticker: { ...ticker, text } })} />
      <Check label={t('logo')} on={logo.shown} onSwitch={(shown) => dress({ logo: { ...logo, shown } })} />
      <div className="scene-editor__row">
        <PictureFile label={t('logoPicture')} name="logo" has={scenes.hasLogo} />
        <Choice
          label={t('whereTheLogoIs')}
          value={logo.corner}
          among={CORNERS}
          nameOf={(corner) => t(`corner.${corner}`)}
          onChoose={(corner) => dress({ logo: { ...logo, corner } })}
        />
      </div>
      <div className="scene-editor__row">
        <Field label={t('backgroundColour')}>
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
        <PictureFile label={t('backgroundPicture')} name="background" has={scenes.hasBackground} />
      </div>
    </section>
  );
};

const PictureFile = ({ label, name, has }: { label: string; name: 'logo' | 'background'; has: boolean }) => {
  const t = useTranslations('broadcast.scenes');
  const broadcast = useBroadcastHandle();
  return (
    <div className="scene-editor__file">
      <Field label={label} {...(has && { hint: t('thereIsOne') })}>
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
          {name === 'logo' ? t('removeTheLogo') : t('removeTheBackground')}
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

type ChoiceProps<Value extends string> = {
  label: string;
  value: Value;
  among: readonly Value[];
  nameOf: (value: Value) => string;
  onChoose: (value: Value) => void;
};

const Choice = <Value extends string>({ label, value, among, nameOf, onChoose }: ChoiceProps<Value>) => (
  <Field label={label}>
    {(control) => (
      <Select
        {...control}
        value={value}
        onChange={({ target }) => onChoose(among.find((choice) => choice === target.value) ?? value)}
      >
        {among.map((choice) => (
          <option key={choice} value={choice}>
            {nameOf(choice)}
          </option>
        ))}
      </Select>
    )}
  </Field>
);
