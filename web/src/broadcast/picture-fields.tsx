import { useTranslations } from 'use-intl';
import { Button } from '../ui/button.tsx';
import { Field, Select } from '../ui/field.tsx';
import { useBroadcast, useBroadcastHandle } from './broadcast-provider.tsx';
import type { PictureView } from './create-broadcast.ts';
import { NoticeBox } from './notice-box.tsx';
import { pictureLimits, QUALITIES, qualityName, SHAPES, type PictureWish, type Quality } from './picture/format.ts';
import type { Translate } from '../words/translate.ts';

/** What a trial has shown, in a sentence: "1080p would stutter here: 720p chosen." */
const outcomeText = (t: Translate<'broadcast'>, { wish, format, because }: PictureView): string | undefined =>
  format && because && format.quality !== wish.quality
    ? t(`picture.less.${because}`, { wished: qualityName(wish.quality), chosen: qualityName(format.quality) })
    : undefined;

/** How the picture is to be, tried as soon as it is chosen; before the show only. */
export const PictureFields = ({ disabled }: { disabled: boolean }) => {
  const t = useTranslations('broadcast');
  const broadcast = useBroadcastHandle();
  const { picture, state } = useBroadcast();
  const { wish, format } = picture;
  const isTrying = state.at === 'ready' && !format;
  const outcome = outcomeText(t, picture);
  const size = format && pictureLimits(format);
  return (
    <>
      <div className="picture-fields">
        <Field label={t('picture.shape')}>
          {(control) => (
            <Select
              {...control}
              value={wish.shape}
              disabled={disabled}
              onChange={({ target }) => broadcast.setPicture({ ...wish, shape: shapeNamed(target.value) })}
            >
              {(['camera', ...SHAPES] as const).map((shape) => (
                <option key={shape} value={shape}>
                  {t(`picture.shapes.${shape}`)}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label={t('picture.quality')}>
          {(control) => (
            <Select
              {...control}
              value={wish.quality}
              disabled={disabled}
              onChange={({ target }) => broadcast.setPicture({ ...wish, quality: qualityNamed(target.value) })}
            >
              {QUALITIES.map((quality) => (
                <option key={quality} value={quality}>
                  {t(`picture.qualities.${quality}`)}
                </option>
              ))}
            </Select>
          )}
        </Field>
      </div>
      <output className="picture-fields__outcome">
        {isTrying && t('picture.trying')}
        {size &&
          !outcome &&
          t('picture.comesTo', { width: String(size.width), height: String(size.height), frames: size.frameRate })}
      </output>
      {outcome && (
        <NoticeBox tone="warn" title={outcome}>
          <Button size="s" disabled={disabled} onClick={() => broadcast.setPicture(wish, true)}>
            {t('picture.useAnyway', { wished: qualityName(wish.quality) })}
          </Button>
        </NoticeBox>
      )}
    </>
  );
};

const shapeNamed = (value: string): PictureWish['shape'] => SHAPES.find((shape) => shape === value) ?? 'camera';
const qualityNamed = (value: string): Quality => QUALITIES.find((quality) => quality === value) ?? '720p30';
