import { useEffect, useRef, type ReactNode } from 'react';
import { useQuery } from '@tanstack/react-query';
import { useTranslations } from 'use-intl';
import { useApp } from '../context/app-context.ts';
import { Button } from '../ui/button.tsx';
import { LoadFailed } from '../ui/load-failed.tsx';
import { Loading } from '../ui/loading.tsx';
import { Page } from '../ui/page.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { callsByRoom, codesOf, Description, type Call, type Shape } from './api-description.ts';
import { shapeId, ShapeText } from './shape-text.tsx';
import './api-page.css';

const file = (words: ReactNode) => (
  <a href="/openapi.json" download>
    {words}
  </a>
);

/** The API for who writes a program against it: each call and each shape of `/openapi.json`, to be read. */
export const ApiPage = () => {
  const t = useTranslations('reference');
  const { api } = useApp();
  const { data, error, refetch } = useQuery({
    queryKey: ['api'],
    queryFn: ({ signal }) => api.description(Description, { signal }),
    staleTime: Infinity,
  });
  return (
    <Page title={t('api')}>
      <div className="api">
        <h1>{t('api')}</h1>
        <p>{t.rich('whatItIs', { file })}</p>
        <p>{t('howToSignIn')}</p>
        {data && <Calls description={data} />}
        {!data && error && (
          <LoadFailed title={t('couldNotBeLoaded')} heading="h2" error={error} onRetry={() => void refetch()} />
        )}
        {!data && !error && (
          <Loading label={t('loading')}>
            <Skeleton height="24rem" />
          </Loading>
        )}
      </div>
    </Page>
  );
};

const Calls = ({ description }: { description: Description }) => {
  const t = useTranslations('reference');
  const { schemas, responses } = description.components;
  const all = useRef<HTMLDivElement>(null);
  const fold = (open: boolean) => {
    for (const each of all.current?.querySelectorAll('details') ?? []) each.open = open;
  };
  useEffect(() => {
    openTarget();
    window.addEventListener('hashchange', openTarget);
    return () => window.removeEventListener('hashchange', openTarget);
  }, []);
  return (
    <div className="api" ref={all}>
      <dl className="api__facts">
        <dt>{t('anyCallMayRefuse')}</dt>
        <dd>
          <Codes codes={codesOf(responses['Refused'])} />
        </dd>
      </dl>
      <div className="api__folding">
        <Button size="s" onClick={() => fold(true)}>
          {t('openAll')}
        </Button>
        <Button size="s" onClick={() => fold(false)}>
          {t('closeAll')}
        </Button>
      </div>
      {callsByRoom(description).map(([room, calls]) => (
        <Fold
          key={room}
          id={`room-${room}`}
          title={<bdi dir="ltr">{`/${room}`}</bdi>}
          count={t('calls', { count: calls.length })}
        >
          <ul className="api__calls">
            {calls.map((call) => (
              <li key={`${call.method} ${call.path}`}>
                <CallCard call={call} />
              </li>
            ))}
          </ul>
        </Fold>
      ))}
      <Fold id="shapes" title={t('shapes')} count={String(Object.keys(schemas).length)}>
        <ul className="api__calls">
          {Object.entries(schemas).map(([name, shape]) => (
            <li key={name} id={shapeId(name)} className="api__call">
              <h3 dir="ltr">{name}</h3>
              <Members shape={shape} />
            </li>
          ))}
        </ul>
      </Fold>
    </div>
  );
};

type FoldProps = { id: string; title: ReactNode; count: string; children: ReactNode };

/** A part of the page that is opened by its title, by a link to something inside, and by the browser's own search. */
const Fold = ({ id, title, count, children }: FoldProps) => (
  <details className="api__fold" id={id}>
    <summary>
      <h2>{title}</h2>
      <span className="muted">{count}</span>
    </summary>
    {children}
  </details>
);

/** Opens what lies around the place to which the address leads; older browsers do not by themselves. */
const openTarget = () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const fold = target?.closest('details');
  if (!target || !fold || fold.open) return;
  fold.open = true;
  target.scrollIntoView();
};

const CallCard = ({ call }: { call: Call }) => {
  const t = useTranslations('reference');
  const { method, path, does, who, query, body, answer, refusals } = call;
  return (
    <article className="api__call">
      <h3 dir="ltr">
        <span className="api__method">{method}</span> {path}
      </h3>
      {/* the document is in English, for whoever reads it */}
      <p lang="en" dir="ltr">
        {does}
      </p>
      <dl className="api__facts">
        <dt>{t('who')}</dt>
        <dd>{t(who)}</dd>
        {query.length > 0 && (
          <>
            <dt>{t('query')}</dt>
            <dd>
              <Members
                shape={{
                  properties: Object.fromEntries(query.map(({ name, shape }) => [name, shape])),
                  required: query.filter(({ required }) => required).map(({ name }) => name),
                }}
              />
            </dd>
          </>
        )}
        {body && (
          <>
            <dt>{t('body')}</dt>
            <dd>
              <Code shape={body} />
            </dd>
          </>
        )}
        {answer && (
          <>
            <dt>{t('answer')}</dt>
            <dd>
              {answer.shape ? (
                <>
                  {answer.status} <Code shape={answer.shape} />
                </>
              ) : (
                t('withoutABody', { status: answer.status })
              )}
            </dd>
          </>
        )}
        {refusals.length > 0 && (
          <>
            <dt>{t('refusals')}</dt>
            {refusals.map(({ status, codes }) => (
              <dd key={status}>
                {status} <Codes codes={codes} />
              </dd>
            ))}
          </>
        )}
      </dl>
    </article>
  );
};

const Code = ({ shape }: { shape: Shape }) => (
  <code dir="ltr">
    <ShapeText shape={shape} />
  </code>
);

const Codes = ({ codes }: { codes: string[] }) => <code dir="ltr">{codes.join(', ')}</code>;

/** An object member by member; any other shape in one line. */
const Members = ({ shape }: { shape: Shape }) => {
  const { properties, required = [] } = shape;
  if (!properties) return <Code shape={shape} />;
  return (
    <ul className="api__members" dir="ltr">
      {Object.entries(properties).map(([name, value]) => (
        <li key={name}>
          <code>
            {name}
            {required.includes(name) ? ': ' : '?: '}
            <ShapeText shape={value} />
          </code>
        </li>
      ))}
    </ul>
  );
};
