import { Link } from '@tanstack/react-router';
import { Radio } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { useFollowedLive, useFollowedPushes } from '../context/use-followed-live.ts';
import { Avatar } from '../ui/avatar.tsx';
import { compactCount, count } from '../ui/count.ts';
import { Section } from '../ui/page.tsx';
import { StreamGrid } from '../ui/stream-grid.tsx';
import '../ui/menu.css';
import './followed-live.css';

/** Whom one follows that is live now; nothing where nobody is. */
export const FollowedLive = () => {
  const shows = useFollowedLive();
  if (!shows?.length) return null;
  return (
    <Section id="followed-live" title="Live from people you follow">
      <StreamGrid streams={shows} />
    </Section>
  );
};

/** The mark in the header: how many of those whom one follows are live, and the way to each. Hears what is pushed of them. */
export const FollowedLiveMark = () => {
  useFollowedPushes();
  const shows = useFollowedLive();
  return (
    <>
      <output className="visually-hidden">
        {shows?.length ? `${count(shows.length, 'person', 'people')} you follow live now` : ''}
      </output>
      {!!shows?.length && (
        <DropdownMenu.Root modal={false}>
          <DropdownMenu.Trigger
            className="followed-live"
            aria-label={`Live now: ${count(shows.length, 'person', 'people')} you follow`}
          >
            <Radio aria-hidden="true" />
            <span aria-hidden="true">{compactCount(shows.length)}</span>
          </DropdownMenu.Trigger>
          <DropdownMenu.Portal>
            <DropdownMenu.Content className="menu followed-live__menu" align="end" sideOffset={8}>
              <DropdownMenu.Label className="menu__label">
                <strong>Live now</strong>
              </DropdownMenu.Label>
              {shows.map(({ id, creator, title }) => (
                <DropdownMenu.Item key={id} className="menu__item" asChild>
                  <Link to="/watch/$streamId" params={{ streamId: id }}>
                    <Avatar person={creator} size="s" live />
                    <span className="followed-live__words">
                      <strong>{creator.name}</strong>
                      <span className="muted">{title}</span>
                    </span>
                  </Link>
                </DropdownMenu.Item>
              ))}
            </DropdownMenu.Content>
          </DropdownMenu.Portal>
        </DropdownMenu.Root>
      )}
    </>
  );
};
