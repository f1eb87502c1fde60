import { useTranslations } from 'use-intl';
import { CaptionLanguage, Category, ShowLanguage, type Latency, type Visibility } from '#contract/show';
import { useFormats } from '../words/formats.ts';
import { Field, Select } from './field.tsx';

type Props<Value> = { value: Value; disabled?: boolean; onChange: (value: Value) => void };

const VISIBILITIES = ['public', 'followers'] as const satisfies readonly Visibility[];
const LATENCIES = ['standard', 'reduced', 'low'] as const satisfies readonly Latency[];

const NONE = '';

/** What a show is about. */
export const CategoryField = ({ value, disabled = false, onChange }: Props<Category | undefined>) => {
  const t = useTranslations('ui');
  return (
    <Field label={t('category')}>
      {(control) => (
        <Select
          {...control}
          disabled={disabled}
          value={value ?? NONE}
          onChange={({ target }) => onChange(Category.options.find((one) => one === target.value))}
        >
          <option value={NONE}>{t('noCategory')}</option>
          {Category.options.map((category) => (
            <option key={category} value={category}>
              {t(`categories.${category}`)}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
};

/** In which language a show is held. */
export const LanguageField = ({ value, disabled = false, onChange }: Props<ShowLanguage | undefined>) => {
  const t = useTranslations('ui');
  const { languageName } = useFormats();
  return (
    <Field label={t('languageOfTheShow')}>
      {(control) => (
        <Select
          {...control}
          disabled={disabled}
          value={value ?? NONE}
          onChange={({ target }) => onChange(ShowLanguage.options.find((one) => one === target.value))}
        >
          <option value={NONE}>{t('noLanguage')}</option>
          {ShowLanguage.options.map((language) => (
            <option key={language} value={language}>
              {languageName(language)}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
};

/** For whom a show is. */
export const VisibilityField = (props: Props<Visibility>) => {
  const t = useTranslations('ui');
  return (
    <ChoiceField
      label={t('whoMayWatch')}
      choices={VISIBILITIES.map((value) => ({ value, label: t(`visibility.${value}`) }))}
      {...props}
    />
  );
};

/** How far viewers are behind a show. */
export const LatencyField = (props: Props<Latency>) => {
  const t = useTranslations('ui');
  return (
    <ChoiceField
      label={t('delayToViewers')}
      choices={LATENCIES.map((value) => ({ value, label: t(`latency.${value}`) }))}
      {...props}
    />
  );
};

const isCaptionLanguage = (value: string): value is CaptionLanguage =>
  CaptionLanguage.options.some((one) => one === value);

/** Whether what is said is written along, and in which language. Where viewers are a few seconds behind there is no time for that. */
export const CaptionsField = ({
  value,
  latency,
  spoken,
  disabled = false,
  onChange,
}: Props<CaptionLanguage | undefined> & {
  latency: Latency;
  /** In which language the show is held: that one is offered first. */
  spoken?: ShowLanguage | undefined;
}) => {
  const t = useTranslations('ui');
  const { languageName } = useFormats();
  const none = latency === 'low';
  return (
    <Field label={t('captions')} hint={t(none ? 'noCaptionsWithALowDelay' : 'captionsHint')}>
      {(control) => (
        <Select
          {...control}
          disabled={disabled || none}
          value={none ? NONE : (value ?? NONE)}
          onChange={({ target }) => onChange(isCaptionLanguage(target.value) ? target.value : undefined)}
        >
          <option value={NONE}>{t('noCaptions')}</option>
          {CaptionLanguage.options
            .toSorted((one, other) => Number(other === spoken) - Number(one === spoken))
            .map((language) => (
              <option key={language} value={language}>
                {languageName(language)}
              </option>
            ))}
        </Select>
      )}
    </Field>
  );
};

/** What is written along of a show whose language is another from now on: captions in the language before go with it. */
export const captionsAfter = (
  { captions, language: before }: { captions?: CaptionLanguage | undefined; language?: ShowLanguage | undefined },
  language: ShowLanguage | undefined,
): CaptionLanguage | undefined =>
  captions === before ? CaptionLanguage.options.find((one) => one === language) : captions;

type Choices<Value> = readonly { value: Value; label: string }[];

const ChoiceField = <Value extends string>({
  label,
  choices,
  value,
  disabled = false,
  onChange,
}: Props<Value> & { label: string; choices: Choices<Value> }) => (
  <Field label={label}>
    {(control) => (
      <Select
        {...control}
        disabled={disabled}
        value={value}
        onChange={({ target }) => {
          const chosen = choices.find((choice) => choice.value === target.value);
          if (chosen) onChange(chosen.value);
        }}
      >
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.label}
          </option>
        ))}
      </Select>
    )}
  </Field>
);
