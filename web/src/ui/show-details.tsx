import { useId } from 'react';
import { useTranslations } from 'use-intl';
import {
  SHOW_LIMITS,
  type CaptionLanguage,
  type Category,
  type Latency,
  type ShowLanguage,
  type Visibility,
} from '#contract/show';
import { Check } from './check.tsx';
import { Field, TextArea } from './field.tsx';
import {
  captionsAfter,
  CaptionsField,
  CategoryField,
  LanguageField,
  LatencyField,
  VisibilityField,
} from './show-choices.tsx';
import './show-details.css';

/** What a creator says of a show besides its title. */
export type ShowDetailsDraft = {
  description?: string | undefined;
  category?: Category | undefined;
  language?: ShowLanguage | undefined;
  visibility: Visibility;
  latency: Latency;
  captions?: CaptionLanguage | undefined;
  test?: boolean | undefined;
};

/** What can be said at a point of a show's life. */
export type ShowAsk = keyof ShowDetailsDraft;

type Props = {
  draft: ShowDetailsDraft;
  asks: readonly ShowAsk[];
  disabled?: boolean;
  onChange: (change: Partial<ShowDetailsDraft>) => void;
};

/** The fields for what is said of a show besides its title, as far as it can be said. */
export const ShowDetails = ({ draft, asks, disabled = false, onChange }: Props) => {
  const t = useTranslations('ui');
  return (
    <>
      {asks.includes('description') && (
        <Field label={t('description')} hint={t('descriptionHint')}>
          {(control) => (
            <TextArea
              {...control}
              rows={4}
              maxLength={SHOW_LIMITS.descriptionCharacters}
              disabled={disabled}
              value={draft.description ?? ''}
              onChange={({ target }) => onChange({ description: target.value })}
            />
          )}
        </Field>
      )}
      {asks.includes('category') && (
        <CategoryField value={draft.category} disabled={disabled} onChange={(category) => onChange({ category })} />
      )}
      {asks.includes('language') && (
        <LanguageField
          value={draft.language}
          disabled={disabled}
          onChange={(language) => onChange({ language, captions: captionsAfter(draft, language) })}
        />
      )}
      {asks.includes('visibility') && (
        <VisibilityField
          value={draft.visibility}
          disabled={disabled}
          onChange={(visibility) => onChange({ visibility })}
        />
      )}
      {asks.includes('latency') && (
        <LatencyField value={draft.latency} disabled={disabled} onChange={(latency) => onChange({ latency })} />
      )}
      {asks.includes('captions') && (
        <CaptionsField
          value={draft.captions}
          latency={draft.latency}
          spoken={draft.language}
          disabled={disabled}
          onChange={(captions) => onChange({ captions })}
        />
      )}
      {asks.includes('test') && (
        <TestField on={draft.test ?? false} disabled={disabled} onSwitch={(test) => onChange({ test })} />
      )}
    </>
  );
};

const TestField = ({ on, disabled, onSwitch }: { on: boolean; disabled: boolean; onSwitch: (on: boolean) => void }) => {
  const t = useTranslations('ui');
  const hintId = useId();
  return (
    <div className="show-details__test">
      <Check label={t('testShow')} on={on} disabled={disabled} describedBy={hintId} onSwitch={onSwitch} />
      <p className="field__hint" id={hintId}>
        {t('testShowHint')}
      </p>
    </div>
  );
};
