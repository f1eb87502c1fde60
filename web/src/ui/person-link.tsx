import { Link } from '@tanstack/react-router';
import type { ComponentProps } from 'react';
import { Avatar } from './avatar.tsx';
import './person-link.css';

type Props = {
  person: ComponentProps<typeof Avatar>['person'];
  className?: string;
  /** It has been followed: what it stands in may close. */
  onClick?: () => void;
};

/** A person's picture, name and handle, as the way to their page. */
export const PersonLink = ({ person, className = '', onClick }: Props) => (
  <Link to="/@{$handle}" params={{ handle: person.handle }} className={`person-link ${className}`} onClick={onClick}>
    <Avatar person={person} />
    <span className="person-link__words">
      <strong>
        <bdi>{person.name}</bdi>
      </strong>
      <bdi className="muted person-link__handle">@{person.handle}</bdi>
    </span>
  </Link>
);
