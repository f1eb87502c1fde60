import { useState } from 'react';
import './avatar.css';
import { isShowable } from './showable.ts';

type Props = {
  person: { handle: string; name: string; avatarUrl?: string | undefined };
  size?: 's' | 'm' | 'l' | 'xl';
  /** A coral ring: on the air now. Say so in words beside it as well. */
  live?: boolean;
};

const HUES = 12;

/** A person's picture, or their initials on a colour that stays theirs. Decorative: the name stands beside it. */
export const Avatar = ({ person, size = 'm', live = false }: Props) => {
  const [broken, setBroken] = useState<string>();
  const { avatarUrl } = person;
  const picture = avatarUrl !== undefined && avatarUrl !== broken && isShowable(avatarUrl) ? avatarUrl : undefined;
  return (
    <span
      className={`avatar avatar--${size}${live ? ' avatar--live' : ''}`}
      style={{ '--avatar-hue': `${hueOf(person.handle)}` }}
      aria-hidden="true"
    >
      {picture ? (
        <img src={picture} alt="" loading="lazy" referrerPolicy="no-referrer" onError={() => setBroken(picture)} />
      ) : (
        initialsOf(person.name || person.handle)
      )}
    </span>
  );
};

const hueOf = (handle: string) =>
  (Array.from(handle).reduce((sum, letter) => sum * 31 + (letter.codePointAt(0) ?? 0), 7) % HUES) * (360 / HUES);

const initialsOf = (name: string) =>
  name
    .trim()
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => Array.from(word)[0]?.toUpperCase() ?? '')
    .join('');
