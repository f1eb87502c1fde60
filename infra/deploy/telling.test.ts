import { DescribeAlarmsCommand, PutMetricDataCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import { ListSubscriptionsByTopicCommand } from '@aws-sdk/client-sns';
import { describe, expect, it } from 'vitest';
import { hourlyShow } from './hourly-show.ts';
import { tryAlarm } from './try-alarm.ts';

const TOPIC = 'arn:aws:sns:us-east-1:111122223333:alarms';

/** AWS as far as these commands ask it, with one alarm a page; what they ask is kept. */
const aws = ({ subscriptions = [], alarms = [] }: { subscriptions?: object[]; alarms?: object[] } = {}) => {
  const asked: { [name: string]: unknown }[] = [];
  const send = async (command: { input: object }) => {
    asked.push({ ...command.input });
    if (command instanceof ListSubscriptionsByTopicCommand) return { Subscriptions: subscriptions };
    if (command instanceof DescribeAlarmsCommand) {
      const page = Number(command.input.NextToken ?? 0);
      const more = page + 1 < alarms.length;
      return { MetricAlarms: alarms.slice(page, page + 1), ...(more && { NextToken: String(page + 1) }) };
    }
    expect([PutMetricDataCommand, SetAlarmStateCommand].some((known) => command instanceof known)).toBe(true);
    return {};
  };
  return { client: { send } as never, asked };
};

describe('npm run alarm:test', () => {
  const trying = async (given: Parameters<typeof aws>[0]) => {
    const { client, asked } = aws(given);
    const said: string[] = [];
    const heard = await tryAlarm({
      cloudWatch: client,
      sns: client,
      topicArn: TOPIC,
      say: (line) => void said.push(line),
    });
    return { heard, said, asked };
  };
  const mine = { AlarmName: 'mine', AlarmActions: [TOPIC], StateValue: 'OK' };

  it('sets a quiet alarm of ours off, and none of anybody else’s', async () => {
    const { heard, asked, said } = await trying({
      subscriptions: [{ Protocol: 'email', Endpoint: 'a@vybzz.test', SubscriptionArn: `${TOPIC}:1` }],
      alarms: [
        { AlarmName: 'theirs', AlarmActions: ['arn:other'], StateValue: 'OK' },
        { ...mine, AlarmName: 'loud', StateValue: 'ALARM' },
        mine,
      ],
    });
    expect(heard).toBe(true);
    expect(asked.at(-1)).toMatchObject({ AlarmName: 'mine', StateValue: 'ALARM' });
    expect(said[0]).toBe('✓ email a@vybzz.test: confirmed');
  });

  it('says who has not confirmed, and that nobody would hear', async () => {
    const pending = { Protocol: 'email', Endpoint: 'a@vybzz.test', SubscriptionArn: 'PendingConfirmation' };
    expect(await trying({ subscriptions: [pending], alarms: [mine] })).toMatchObject({
      heard: false,
      said: [expect.stringMatching(/^✗ email a@vybzz\.test: not confirmed/), expect.any(String)],
    });
    expect((await trying({ alarms: [mine] })).said[0]).toMatch(/^✗ nobody is subscribed/);
    expect(await trying({})).toMatchObject({ heard: false });
  });
});

describe('npm run show:hourly', () => {
  const told = (asked: { [name: string]: unknown }[]) => asked.map(({ MetricData: [data] = [] }: any) => data);

  it('tells CloudWatch of a good show and of a bad one, for its own deployment', async () => {
    const { client, asked } = aws();
    await hourlyShow({ cloudWatch: client, deployment: 'Staging', makeShow: async () => undefined });
    const failing = hourlyShow({
      cloudWatch: client,
      deployment: 'Staging',
      makeShow: () => Promise.reject(new Error('no picture')),
    });
    await expect(failing).rejects.toThrow('no picture');
    expect(told(asked)).toMatchObject([{ Value: 1 }, { Value: 0 }]);
    expect(told(asked)[0].Dimensions).toEqual([{ Name: 'Deployment', Value: 'Staging' }]);
  });
});
