import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState, type FormEvent } from 'react';
import { toast } from '../ui/toast.ts';
import { useTranslations } from 'use-intl';
import { TEXT_CHARACTERS } from '#contract/fields';
import { CreateSimulcastTarget } from '#contract/http';
import { useApp } from '../context/app-context.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field, Select, TextInput } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import './show-fields.css';

/** Where the large services take shows, as they publish it. */
const SERVICES = [
  { name: 'YouTube', url: 'rtmps://a.rtmps.youtube.com:443/live2' },
  { name: 'Twitch', url: 'rtmp://live.twitch.tv/app' },
  { name: 'Facebook', url: 'rtmps://live-api-s.facebook.com:443/rtmp/' },
] as const;
const ANOTHER = '';

/** Names another place for one's shows, with the key that opens it. */
export const SimulcastDialog = ({ onClose }: { onClose: () => void }) => {
  const t = useTranslations('studio');
  const { api, queries } = useApp();
  const queryClient = useQueryClient();
  const formId = useId();
  const [service, setService] = useState<string>(SERVICES[0].name);
  const [name, setName] = useState('');
  const [url, setUrl] = useState('');
  const [streamKey, setStreamKey] = useState('');
  const [pressed, setPressed] = useState(false);
  const add = useMutation({
    mutationFn: api.addSimulcast,
    onSuccess: async ({ name: added }) => {
      toast.success(t('yourPublicShowsAreSent', { name: added }));
      onClose();
      await queryClient.invalidateQueries({ queryKey: queries.simulcast().queryKey });
    },
  });
  const known = SERVICES.find((one) => one.name === service);
  const target = { name: known?.name ?? name.trim(), url: known?.url ?? url.trim(), streamKey: streamKey.trim() };
  const { shape } = CreateSimulcastTarget;
  const problems = {
    name: shape.name.safeParse(target.name).success ? undefined : t('aNameToTellIt'),
    url: shape.url.safeParse(target.url).success ? undefined : t('anAddressThatStartsWith'),
    streamKey: shape.streamKey.safeParse(target.streamKey).success ? undefined : t('theStreamKeyWithoutSpaces'),
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setPressed(true);
    if (!problems.name && !problems.url && !problems.streamKey && !add.isPending) add.mutate(target);
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('sendMyShowsToAnother')}
      description={t('fromYourNextPublicShow')}
      footer={
        <>
          <Button variant="ghost" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button type="submit" form={formId} variant="primary" busy={add.isPending}>
            {t('add')}
          </Button>
        </>
      }
    >
      <Form id={formId} className="show-fields" onSubmit={submit}>
        <Field label={t('where')}>
          {(control) => (
            <Select {...control} value={service} onChange={({ target: { value } }) => setService(value)}>
              {SERVICES.map((one) => (
                <option key={one.name} value={one.name}>
                  {one.name}
                </option>
              ))}
              <option value={ANOTHER}>{t('anotherPlace')}</option>
            </Select>
          )}
        </Field>
        {!known && (
          <>
            <Field label={t('name')} required error={pressed ? problems.name : undefined}>
              {(control) => (
                <TextInput
                  {...control}
                  autoComplete="off"
                  maxLength={TEXT_CHARACTERS.simulcastName}
                  value={name}
                  onChange={(event) => setName(event.target.value)}
                />
              )}
            </Field>
            <Field label={t('serverAddress')} required error={pressed ? problems.url : undefined}>
              {(control) => (
                <TextInput
                  {...control}
                  inputMode="url"
                  autoComplete="off"
                  autoCapitalize="none"
                  spellCheck={false}
                  placeholder="rtmps://"
                  value={url}
                  onChange={(event) => setUrl(event.target.value)}
                />
              )}
            </Field>
          </>
        )}
        <Field
          label={t('streamKey')}
          required
          hint={t('fromTheServicesOwnLive')}
          error={pressed ? problems.streamKey : undefined}
        >
          {(control) => (
            <TextInput
              {...control}
              type="password"
              autoComplete="off"
              spellCheck={false}
              value={streamKey}
              onChange={(event) => setStreamKey(event.target.value)}
            />
          )}
        </Field>
      </Form>
    </Dialog>
  );
};
