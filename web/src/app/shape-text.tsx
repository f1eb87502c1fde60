import { Fragment, type ReactNode } from 'react';
import { nameOf, type Shape } from './api-description.ts';

/** Where on the page the shape of this name is written out. */
export const shapeId = (name: string): string => `shape-${name}`;

/** Parts that have no names, and never change their order, with a sign between them. */
const between = <Part,>(parts: readonly Part[], sign: string, show: (part: Part) => ReactNode): ReactNode =>
  parts.map((part, i) => (
    <Fragment key={i}>
      {i > 0 && sign}
      {show(part)}
    </Fragment>
  ));

/** `3…30`, `≤ 500`, `≥ 1` */
const range = (least: number | undefined, most: number | undefined): string | undefined => {
  // zod's bound of an integer, which says nothing
  const bound = most === Number.MAX_SAFE_INTEGER ? undefined : most;
  if (least !== undefined && bound !== undefined) return `${least}…${bound}`;
  return bound === undefined ? (least === undefined ? undefined : `≥ ${least}`) : `≤ ${bound}`;
};

const limits = (shape: Shape): string => {
  const said = [
    shape.format,
    range(shape.minLength ?? shape.minimum, shape.maxLength ?? shape.maximum ?? shape.maxItems),
    shape.format === undefined && shape.pattern !== undefined ? `/${shape.pattern}/` : undefined,
    shape.default === undefined ? undefined : `= ${JSON.stringify(shape.default)}`,
  ].filter((part) => part !== undefined);
  return said.length === 0 ? '' : ` (${said.join(', ')})`;
};

/** A shape as TypeScript would write it, with what bounds it; the names in it lead to where they are written out. */
export const ShapeText = ({ shape }: { shape: Shape }): ReactNode => {
  const { $ref, oneOf, anyOf, items, properties, required = [] } = shape;
  if ($ref !== undefined) return <a href={`#${shapeId(nameOf($ref))}`}>{nameOf($ref)}</a>;
  const choices = oneOf ?? anyOf;
  if (choices) return between(choices, ' | ', (choice) => <ShapeText shape={choice} />);
  if (shape.const !== undefined) return JSON.stringify(shape.const);
  if (shape.enum) return `${shape.enum.map((value) => JSON.stringify(value)).join(' | ')}${limits(shape)}`;
  if (items)
    return (
      <>
        {items.enum && '('}
        <ShapeText shape={items} />
        {items.enum && ')'}
        {`[]${limits(shape)}`}
      </>
    );
  if (properties)
    return (
      <>
        {'{ '}
        {between(Object.entries(properties), ', ', ([name, value]) => (
          <>
            {name}
            {required.includes(name) ? ': ' : '?: '}
            <ShapeText shape={value} />
          </>
        ))}
        {' }'}
      </>
    );
  return `${shape.type ?? 'anything'}${limits(shape)}`;
};
