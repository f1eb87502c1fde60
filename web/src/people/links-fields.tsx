import { Plus, Trash2 } from 'lucide-react';
import { useId, useRef } from 'react';
import { useTranslations } from 'use-intl';
import { TEXT_CHARACTERS } from '#contract/fields';
import { MOST_LINKS, type ProfileLink } from '#contract/http';
import { Button } from '../ui/button.tsx';
import { Field, TextInput } from '../ui/field.tsx';
import { useFocusKept } from '../ui/focus-kept.ts';
import { IconButton } from '../ui/icon-button.tsx';
import { isWhole } from './link-drafts.ts';
import './links-fields.css';

type Props = {
  links: readonly ProfileLink[];
  /** What is wrong is said. */
  checked: boolean;
  onChange: (links: ProfileLink[]) => void;
};

/** One's own pages elsewhere, as they are written down. */
export const LinksFields = ({ links, checked, onChange }: Props) => {
  const t = useTranslations('people');
  const id = useId();
  const place = useFocusKept<HTMLFieldSetElement>(links.length);
  const adding = useRef(false);
  const change = (at: number, part: Partial<ProfileLink>) =>
    onChange(links.map((link, one) => (one === at ? { ...link, ...part } : link)));
  /** Whoever asks for a place to write is led there. */
  const begin = (row: HTMLLIElement | null) => {
    if (!row || !adding.current) return;
    adding.current = false;
    row.querySelector('input')?.focus();
  };
  return (
    <fieldset ref={place} tabIndex={-1} className="links-fields" aria-describedby={`${id}-hint`}>
      <legend className="field__label">{t('links')}</legend>
      <p className="field__hint" id={`${id}-hint`}>
        {t('pagesOfYourOwnElsewhere')}
      </p>
      {links.length > 0 && (
        <ul className="links-fields__rows">
          {links.map((link, at) => (
            // in a list that is written in, the place is all that tells a row
            <li key={at} ref={at === links.length - 1 ? begin : undefined} className="links-fields__row">
              <Field label={t('titleOfLink', { number: at + 1 })}>
                {(control) => (
                  <TextInput
                    {...control}
                    autoComplete="off"
                    maxLength={TEXT_CHARACTERS.linkTitle}
                    value={link.title}
                    onChange={({ target }) => change(at, { title: target.value })}
                  />
                )}
              </Field>
              <Field
                label={t('addressOfLink', { number: at + 1 })}
                error={checked && !isWhole(link) ? t('enterAWholeAddress') : undefined}
              >
                {(control) => (
                  <TextInput
                    {...control}
                    type="url"
                    inputMode="url"
                    autoComplete="off"
                    autoCapitalize="none"
                    spellCheck={false}
                    placeholder="https://"
                    value={link.url}
                    onChange={({ target }) => change(at, { url: target.value })}
                  />
                )}
              </Field>
              <IconButton
                label={t('removeLink', { number: at + 1 })}
                icon={<Trash2 />}
                onClick={() => onChange(links.filter((_, one) => one !== at))}
              />
            </li>
          ))}
        </ul>
      )}
      {links.length < MOST_LINKS && (
        <Button
          size="s"
          icon={<Plus />}
          onClick={() => {
            adding.current = true;
            onChange([...links, { title: '', url: '' }]);
          }}
        >
          {t('addALink')}
        </Button>
      )}
    </fieldset>
  );
};
