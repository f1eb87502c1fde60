import { describe, expect, test } from 'vitest';
import { LIMITS } from '../limits.ts';
import type { FakeTrack } from './media.testing.ts';
import { createFakeMedia } from './media.testing.ts';
import type { Sound } from './sound.ts';
import { createCapture } from './capture.ts';
import type { Size } from '../picture/layout.ts';

const createStorage = (kept: Record<string, string> = {}) =>
  ({
    getItem: (key: string) => kept[key] ?? null,
    setItem: (key: string, text: string) => void (kept[key] = text),
  }) as Storage;

const set = ({ storage = createStorage(), size }: { storage?: Storage; size?: Size } = {}) => {
  const { machine, media } = createFakeMedia();
  const heard: Record<string, unknown> = {};
  const shown: Record<string, FakeTrack | undefined> = {};
  const sound = {
    setMicrophone: (track: unknown) => (heard['microphone'] = track),
    setScreen: (track: unknown, toGuests: boolean) => {
      heard['screen'] = track;
      heard['screen to guests'] = toGuests;
    },
    setMuted: (muted: boolean) => (heard['muted'] = muted),
    setGain: (input: string, gain: number) => (heard[`${input} gain`] = gain),
    close: () => (heard['closed'] = true),
  } as unknown as Sound;
  const capture = createCapture({
    media,
    storage,
    limits: LIMITS,
    measure: async () => size,
    createSound: () => sound,
    onChange: () => {},
    onTrack: (slot, track) => {
      shown[slot] = track as unknown as FakeTrack | undefined;
    },
  });
  const live = () =>
    machine.tracks.filter(({ readyState }) => readyState === 'live').map((track) => track.getSettings().deviceId);
  return { machine, media, capture, heard, shown, live, storage };
};
const turns = async () => {
  for (let i = 0; i < 20; i++) await Promise.resolve();
};

describe('opening', () => {
  test('asks once for both, as the camera is, and lists what there is to choose', async () => {
    const { capture, machine } = set();
    expect(await capture.open()).toEqual({ opened: true });
    expect(machine.asked).toEqual([
      {
        video: {
          width: { ideal: 1280 },
          height: { ideal: 720 },
          frameRate: { ideal: 30 },
          resizeMode: { ideal: 'none' },
        },
        audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
      },
    ]);
    expect(capture.view()).toMatchObject({
      cameras: [
        { id: 'cam-1', label: 'Camera cam-1' },
        { id: 'cam-2', label: 'Camera cam-2' },
      ],
      microphones: [
        { id: 'mic-1', label: '' },
        { id: 'mic-2', label: '' },
      ],
      cameraId: 'cam-1',
      microphoneId: 'mic-1',
      notice: undefined,
    });
  });

  test('a refusal is not asked about twice', async () => {
    const { capture, machine } = set();
    machine.forbidden = true;
    expect(await capture.open()).toEqual({ opened: false, because: 'devices-denied' });
    expect(machine.asked.length).toBe(1);
  });

  test('one of the two is enough, and the person hears what is missing', async () => {
    const blind = set();
    blind.machine.cameras = [];
    expect(await blind.capture.open()).toEqual({ opened: true });
    expect(blind.capture.view()).toMatchObject({ notice: 'no-camera', camera: undefined, hasMicrophone: true });
    const mute = set();
    mute.machine.microphones = [];
    expect(await mute.capture.open()).toEqual({ opened: true });
    expect(mute.capture.view()).toMatchObject({ notice: 'no-microphone', hasMicrophone: false });
  });

  test('neither of the two is a reason of its own, and so is another program that has them', async () => {
    const bare = set();
    bare.machine.cameras = bare.machine.microphones = [];
    expect(await bare.capture.open()).toEqual({ opened: false, because: 'no-devices' });
    const busy = set();
    for (const id of ['cam-1', 'mic-1']) busy.machine.busy.add(id);
    expect(await busy.capture.open()).toEqual({ opened: false, because: 'devices-in-use' });
    busy.machine.busy.delete('mic-1');
    expect(await busy.capture.open()).toEqual({ opened: true });
    expect(busy.capture.view().notice).toBe('camera-unavailable');
  });

  test('knows the camera’s own shape, and then asks it for the picture that was chosen', async () => {
    const { capture, machine } = set({ size: { width: 720, height: 1280 } });
    await capture.open();
    expect(capture.shape()).toBe('upright');
    await capture.fit({ width: 1080, height: 1920, frameRate: 60 });
    const wanted = {
      width: { ideal: 1080 },
      height: { ideal: 1920 },
      frameRate: { ideal: 60 },
      resizeMode: { ideal: 'crop-and-scale' },
    };
    expect(machine.tracks[0]?.constraints).toEqual(wanted);
    await capture.flipCamera();
    expect(capture.view().cameraId).toBe('cam-2');
    expect(machine.asked.at(-1)).toEqual({ video: { deviceId: { exact: 'cam-2' }, ...wanted } });
  });

  test('keeps how the sound is mixed and processed for the next time', async () => {
    const storage = createStorage();
    const first = set({ storage });
    await first.capture.open();
    first.capture.setGain('shared', 0.25);
    await first.capture.setProcessing({ echoCancellation: true, noiseSuppression: false, autoGainControl: true });
    expect(first.heard['shared gain']).toBe(0.25);
    expect(first.live()).toEqual(['cam-1', 'mic-1']);
    const second = set({ storage });
    await second.capture.open();
    expect(second.heard['shared gain']).toBe(0.25);
    expect(second.machine.asked[0]).toMatchObject({ audio: { noiseSuppression: false, echoCancellation: true } });
  });

  test('a page without https has no devices to ask for', async () => {
    const capture = createCapture({
      media: undefined as unknown as MediaDevices,
      storage: undefined,
      limits: LIMITS,
      measure: async () => undefined,
      createSound: () => ({}) as Sound,
      onChange: () => {},
      onTrack: () => {},
    });
    expect(await capture.open()).toEqual({ opened: false, because: 'unsupported-browser' });
    capture.close();
  });

  test('closed before the answer came, it keeps nothing open', async () => {
    const { capture, live } = set();
    const opening = capture.open();
    capture.close();
    await opening;
    expect(live()).toEqual([]);
  });
});

describe('choosing', () => {
  test('another device takes the place of the first, and is remembered', async () => {
    const { capture, shown, heard, live, storage } = set();
    await capture.open();
    await capture.chooseCamera('cam-2');
    await capture.chooseMicrophone('mic-2');
    expect(live()).toEqual(['cam-2', 'mic-2']);
    expect(shown['camera']?.getSettings().deviceId).toBe('cam-2');
    expect((heard['microphone'] as FakeTrack).getSettings().deviceId).toBe('mic-2');
    const again = set({ storage });
    await again.capture.open();
    expect(again.capture.view()).toMatchObject({ cameraId: 'cam-2', microphoneId: 'mic-2' });
  });

  test('a device that cannot be opened leaves the sound as it was', async () => {
    const { capture, machine, heard } = set();
    await capture.open();
    const before = heard['microphone'];
    machine.busy.add('mic-2');
    await capture.chooseMicrophone('mic-2');
    expect(heard['microphone']).toBe(before);
    expect(capture.view().notice).toBe('microphone-unavailable');
  });

  test('remembered nonsense is no choice', async () => {
    const { capture } = set({ storage: createStorage({ 'vybzz.devices': '{"cameraId":7' }) });
    expect(await capture.open()).toEqual({ opened: true });
  });

  test('camera off puts its light out; camera on brings the same one back', async () => {
    const { capture, live, shown } = set();
    await capture.open();
    await capture.chooseCamera('cam-2');
    await capture.setCameraOn(false);
    expect(live()).toEqual(['mic-1']);
    expect(shown['camera']).toBeUndefined();
    await capture.setCameraOn(true);
    expect(live()).toEqual(['mic-1', 'cam-2']);
  });

  test('muting is the sound’s affair: the microphone stays open', async () => {
    const { capture, heard, live } = set();
    await capture.open();
    capture.setMuted(true);
    expect(heard['muted']).toBe(true);
    expect(live()).toContain('mic-1');
  });
});

describe('losing', () => {
  test('an unplugged camera is replaced by another', async () => {
    const { capture, shown, machine } = set();
    await capture.open();
    machine.cameras = ['cam-2'];
    shown['camera']?.unplug();
    expect(shown['camera']).toBeUndefined();
    expect(capture.view().notice).toBe('camera-lost');
    await turns();
    expect(shown['camera']?.getSettings().deviceId).toBe('cam-2');
    expect(capture.view().notice).toBeUndefined();
  });

  test('without another one the show goes on, and says so', async () => {
    const { capture, heard, machine } = set();
    await capture.open();
    machine.microphones = [];
    (heard['microphone'] as FakeTrack).unplug();
    await turns();
    expect(heard['microphone']).toBeUndefined();
    expect(capture.view()).toMatchObject({ notice: 'microphone-lost', hasMicrophone: false });
  });

  test('what was lost goes out again once it is plugged in', async () => {
    const { capture, shown, heard, machine, media } = set();
    await capture.open();
    const { cameras, microphones } = { ...machine };
    [machine.cameras, machine.microphones] = [[], microphones];
    shown['camera']?.unplug();
    media.dispatchEvent(new Event('devicechange'));
    await turns();
    expect(capture.view()).toMatchObject({ notice: 'camera-lost', camera: undefined });
    machine.cameras = cameras;
    media.dispatchEvent(new Event('devicechange'));
    await turns();
    expect(capture.view()).toMatchObject({ notice: undefined, cameraId: 'cam-1' });

    machine.microphones = [];
    (heard['microphone'] as FakeTrack).unplug();
    await turns();
    machine.microphones = microphones;
    media.dispatchEvent(new Event('devicechange'));
    await turns();
    expect(capture.view()).toMatchObject({ notice: undefined, hasMicrophone: true });
  });

  test('a camera that its person has turned off stays off when one is plugged in', async () => {
    const { capture, shown, machine, media } = set();
    await capture.open();
    const { cameras } = machine;
    machine.cameras = [];
    shown['camera']?.unplug();
    await turns();
    await capture.setCameraOn(false);
    machine.cameras = cameras;
    media.dispatchEvent(new Event('devicechange'));
    await turns();
    expect(capture.view().camera).toBeUndefined();
  });

  test('a device that is plugged in can be chosen at once', async () => {
    const { capture, machine, media } = set();
    await capture.open();
    machine.cameras.push('cam-3');
    media.dispatchEvent(new Event('devicechange'));
    await turns();
    expect(capture.view().cameras.map(({ id }) => id)).toEqual(['cam-1', 'cam-2', 'cam-3']);
  });
});

describe('sharing the screen', () => {
  test.each([
    ['browser', false, true],
    ['monitor', false, false],
    ['window', false, false],
    ['monitor', true, true],
  ])(
    'lets guests hear a %s only where their own voices are not in it',
    async (surface, restrictsOwnAudio, toGuests) => {
      const { capture, machine, heard } = set();
      Object.assign(machine, { surface, restrictsOwnAudio });
      await capture.open();
      await capture.share();
      expect(heard['screen to guests']).toBe(toGuests);
      capture.unshare();
      expect(heard['screen to guests']).toBe(false);
    },
  );

  test('adds picture and sound, and takes both away again', async () => {
    const { capture, shown, heard, live } = set();
    await capture.open();
    await capture.share();
    expect(shown['screen']?.contentHint).toBe('detail');
    expect(heard['screen']).toBeDefined();
    capture.unshare();
    expect([shown['screen'], heard['screen']]).toEqual([undefined, undefined]);
    expect(live()).toEqual(['cam-1', 'mic-1']);
  });

  test('the browser’s own Stop button is heard', async () => {
    const { capture, shown } = set();
    await capture.open();
    await capture.share();
    shown['screen']?.unplug();
    expect(capture.view().screen).toBeUndefined();
  });

  test('Cancel in the browser’s picker is no problem to report', async () => {
    const { capture, machine } = set();
    await capture.open();
    machine.forbidden = true;
    await capture.share();
    expect(capture.view()).toMatchObject({ screen: undefined, notice: undefined });
  });
});

test('closing lets go of everything', async () => {
  const { capture, heard, live } = set();
  await capture.open();
  await capture.share();
  capture.close();
  expect(live()).toEqual([]);
  expect(heard['closed']).toBe(true);
});

describe('blur behind the person', () => {
  test('is no choice where the platform has none', async () => {
    const { capture } = set();
    await capture.open();
    expect(capture.view().blur).toBeUndefined();
  });

  test('is chosen, holds when the picture is fitted and for the next camera, and follows the platform’s own switch', async () => {
    const { capture, machine } = set();
    machine.blurs = true;
    await capture.open();
    expect(capture.view().blur).toBe(false);
    await capture.setBlur(true);
    expect(capture.view().blur).toBe(true);
    await capture.fit({ width: 640, height: 360, frameRate: 30 });
    expect(capture.view().blur).toBe(true);
    await capture.chooseCamera('cam-2');
    await turns();
    expect(capture.view()).toMatchObject({ cameraId: 'cam-2', blur: true });

    const camera = machine.tracks.at(-1);
    if (!camera) throw new Error('no camera was opened');
    camera.backgroundBlur = false;
    camera.dispatchEvent(new Event('configurationchange'));
    expect(capture.view().blur).toBe(false);
  });
});
