/** Without what CloudFormation's ids end in to be unique: a review reads names. */
export const plain = (id: string): string => id.replace(/(PublishOutput(Ref|FnGetAtt))?(.*?)[0-9A-F]{8,16}.*$/, '$3');

/** Whether a value of a template is one of CloudFormation's functions. */
export const isIntrinsic = (value: object): boolean => {
  const names = Object.keys(value);
  return names.length === 1 && /^(Ref|Fn::)/.test(names[0] ?? '');
};

/** A value of a template, its functions among them, as a person would write it. */
export const readable = (value: unknown): string => {
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return value.map(readable).join(', ');
  const [[name, of] = ['', undefined]] = Object.entries<any>(value);
  switch (name) {
    case 'Ref':
      return `\${${plain(of)}}`;
    case 'Fn::GetAtt':
      return `\${${[plain(of[0]), ...of.slice(1)].join('.')}}`;
    case 'Fn::GetStackOutput':
      return `\${${plain(of.OutputName)}}`;
    case 'Fn::Sub':
      return String(of);
    case 'Fn::Join':
      return (of[1] as unknown[]).map(readable).join(of[0]);
    default:
      if (isIntrinsic(value)) return `${name.replace('Fn::', '')}(${readable(of)})`;
      return JSON.stringify(value);
  }
};
