import { Button } from '../ui/button.tsx';
import { Field, Select } from '../ui/field.tsx';
import { useBroadcast, useBroadcastHandle } from './broadcast-provider.tsx';
import type { PictureView } from './create-broadcast.ts';
import type { Lesser } from './encode/ladder.ts';
import { NoticeBox } from './notice-box.tsx';
import { pictureLimits, QUALITIES, qualityText, SHAPES, type PictureWish, type Quality } from './picture/format.ts';

const SHAPE_NAMES = {
  camera: 'As the camera is',
  landscape: 'Landscape (16:9)',
  upright: 'Upright (9:16)',
  square: 'Square',
} as const satisfies Record<PictureWish['shape'], string>;

const QUALITY_NAMES = {
  '1080p60': '1080p, 60 a second: sport and games',
  '1080p30': '1080p: fine detail',
  '720p60': '720p, 60 a second',
  '720p30': '720p: right for most',
  '540p30': '540p: a thin network',
  '360p30': '360p: a very thin network',
} as const satisfies Record<Quality, string>;

const BECAUSE = {
  encoder: 'would stutter here',
  uplink: 'is more than your network carries now',
  recorder: 'is more than this browser can be trusted with',
} as const satisfies Record<Lesser, string>;

/** What a trial has shown, in a sentence: "1080p would stutter here: 720p chosen." */
export const outcomeText = ({ wish, format, because }: PictureView): string | undefined =>
  format && because && format.quality !== wish.quality
    ? `${qualityText(wish.quality)} ${BECAUSE[because]}: ${qualityText(format.quality)} chosen.`
    : undefined;

/** How the picture is to be, tried as soon as it is chosen; before the show only. */
export const PictureFields = ({ disabled }: { disabled: boolean }) => {
  const broadcast = useBroadcastHandle();
  const { picture, state } = useBroadcast();
  const { wish, format } = picture;
  const isTrying = state.at === 'ready' && !format;
  const outcome = outcomeText(picture);
  const size = format && pictureLimits(format);
  return (
    <>
      <div className="picture-fields">
        <Field label="Shape of the picture">
          {(control) => (
            <Select
              {...control}
              value={wish.shape}
              disabled={disabled}
              onChange={({ target }) => broadcast.setPicture({ ...wish, shape: shapeNamed(target.value) })}
            >
              {(['camera', ...SHAPES] as const).map((shape) => (
                <option key={shape} value={shape}>
                  {SHAPE_NAMES[shape]}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label="Quality">
          {(control) => (
            <Select
              {...control}
              value={wish.quality}
              disabled={disabled}
              onChange={({ target }) => broadcast.setPicture({ ...wish, quality: qualityNamed(target.value) })}
            >
              {QUALITIES.map((quality) => (
                <option key={quality} value={quality}>
                  {QUALITY_NAMES[quality]}
                </option>
              ))}
            </Select>
          )}
        </Field>
      </div>
      <output className="picture-fields__outcome">
        {isTrying && 'Trying what this device and your network hold…'}
        {size && !outcome && `${size.width} × ${size.height}, ${size.frameRate} pictures a second`}
      </output>
      {outcome && (
        <NoticeBox tone="warn" title={outcome}>
          <Button size="s" disabled={disabled} onClick={() => broadcast.setPicture(wish, true)}>
            {`Use ${qualityText(wish.quality)} anyway`}
          </Button>
        </NoticeBox>
      )}
    </>
  );
};

const shapeNamed = (value: string): PictureWish['shape'] => SHAPES.find((shape) => shape === value) ?? 'camera';
const qualityNamed = (value: string): Quality => QUALITIES.find((quality) => quality === value) ?? '720p30';
