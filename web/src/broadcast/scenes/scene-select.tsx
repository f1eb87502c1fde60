import type { ComponentProps } from 'react';
import { useTranslations } from 'use-intl';
import { Select } from '../../ui/field.tsx';
import { useBroadcast } from '../broadcast-provider.tsx';
import { sceneName } from './scene-name.ts';

type Props = Omit<ComponentProps<typeof Select>, 'children' | 'onChange'> & { onChoose: (sceneId: string) => void };

/** One of the creator's scenes. */
export const SceneSelect = ({ onChoose, ...select }: Props) => {
  const t = useTranslations('broadcast');
  const { scenes } = useBroadcast();
  return (
    <Select {...select} onChange={({ target }) => onChoose(target.value)}>
      {scenes.scenes.map((scene) => (
        <option key={scene.id} value={scene.id}>
          {sceneName(t, scene)}
        </option>
      ))}
    </Select>
  );
};
