import { Settings } from 'lucide-react';
import * as DropdownMenu from 'radix-ui/dropdown-menu';
import { useTranslations } from 'use-intl';
import '../ui/button.css';
import '../ui/menu.css';
import { SPEEDS } from './player-memory.ts';
import type { CaptionTrack } from './use-captions.ts';
import { MenuItem } from '../ui/menu.tsx';

export type PlayerChoices = {
  /** In lines, the best first. */
  qualities: readonly number[];
  quality: number | null;
  onQuality: (lines: number | null) => void;
  captions: readonly CaptionTrack[];
  /** The language that is shown; null for none. */
  language: string | null;
  onLanguage: (language: string | null) => void;
  /** Undefined where it goes as fast as it happens. */
  speed: number | undefined;
  onSpeed: (speed: number) => void;
  onKeys: () => void;
};

const AUTO = 'auto';
const OFF = 'off';

/** How the picture is played: its quality, its captions, its speed. Lies inside the player, which may fill the screen. */
export const PlayerSettings = ({
  qualities,
  quality,
  onQuality,
  captions,
  language,
  onLanguage,
  speed,
  onSpeed,
  onKeys,
}: PlayerChoices) => {
  const t = useTranslations('watch');
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className="icon-button" aria-label={t('settings')}>
        <Settings aria-hidden="true" />
      </DropdownMenu.Trigger>
      <DropdownMenu.Content className="menu player__menu" align="end" side="top" sideOffset={4} collisionPadding={8}>
        {captions.length > 0 && (
          <Choice
            title={t('captions')}
            value={
              language === null
                ? OFF
                : (captions.find((track) => track.language === language)?.language ?? captions[0]?.language ?? OFF)
            }
            options={[[OFF, t('off')], ...captions.map(({ language: name, label }): [string, string] => [name, label])]}
            onChange={(value) => onLanguage(value === OFF ? null : value)}
          />
        )}
        {speed !== undefined && (
          <Choice
            title={t('speed')}
            value={String(speed)}
            options={SPEEDS.map((one): [string, string] => [String(one), one === 1 ? t('normal') : `${one}×`])}
            onChange={(value) => onSpeed(Number(value))}
          />
        )}
        {qualities.length > 0 && (
          <Choice
            title={t('quality')}
            value={quality !== null && qualities.includes(quality) ? String(quality) : AUTO}
            options={[
              [AUTO, t('automatic')],
              ...qualities.map((lines): [string, string] => [String(lines), `${lines}p`]),
            ]}
            onChange={(value) => onQuality(value === AUTO ? null : Number(value))}
          />
        )}
        <MenuItem onSelect={onKeys}>{t('keys')}</MenuItem>
      </DropdownMenu.Content>
    </DropdownMenu.Root>
  );
};

type ChoiceProps = {
  title: string;
  value: string;
  options: readonly (readonly [string, string])[];
  onChange: (value: string) => void;
};

const Choice = ({ title, value, options, onChange }: ChoiceProps) => (
  <>
    <DropdownMenu.Label className="player__choice">{title}</DropdownMenu.Label>
    <DropdownMenu.RadioGroup className="player__options" aria-label={title} value={value} onValueChange={onChange}>
      {options.map(([name, label]) => (
        <DropdownMenu.RadioItem key={name} value={name} className="player__option" onSelect={keepOpen}>
          {label}
        </DropdownMenu.RadioItem>
      ))}
    </DropdownMenu.RadioGroup>
  </>
);

/** More than one thing may be set at once. */
const keepOpen = (event: Event) => event.preventDefault();
