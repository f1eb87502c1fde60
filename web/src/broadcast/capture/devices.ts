/** `label`: what the browser calls it; empty where it has no name. */
export type DeviceChoice = { id: string; label: string };
export type Devices = { cameras: DeviceChoice[]; microphones: DeviceChoice[] };

type Remembered = { cameraId?: string; microphoneId?: string };

const KEY = 'vybzz.devices';

const ofKind = (devices: MediaDeviceInfo[], kind: MediaDeviceKind): DeviceChoice[] =>
  devices
    .filter((device) => device.kind === kind && device.deviceId !== '')
    .map(({ deviceId, label }) => ({ id: deviceId, label }));

/** What can be chosen now. Browsers hide names and ids until the person has allowed the use of one device. */
export const listDevices = async (media: Pick<MediaDevices, 'enumerateDevices'>): Promise<Devices> => {
  const devices = await media.enumerateDevices();
  return { cameras: ofKind(devices, 'videoinput'), microphones: ofKind(devices, 'audioinput') };
};

const textOf = (value: unknown, key: string): string | undefined => {
  const field: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  return typeof field === 'string' ? field : undefined;
};

/** The devices of last time; nothing where the browser keeps nothing for us. */
export const rememberedDevices = (storage: Pick<Storage, 'getItem'> | undefined): Remembered => {
  try {
    const kept: unknown = JSON.parse(storage?.getItem(KEY) ?? '{}');
    const [cameraId, microphoneId] = [textOf(kept, 'cameraId'), textOf(kept, 'microphoneId')];
    return { ...(cameraId === undefined ? {} : { cameraId }), ...(microphoneId === undefined ? {} : { microphoneId }) };
  } catch {
    return {};
  }
};

export const rememberDevices = (storage: Pick<Storage, 'setItem'> | undefined, devices: Remembered) => {
  try {
    storage?.setItem(KEY, JSON.stringify(devices));
  } catch {
    // A full or forbidden storage costs only the memory of a choice.
  }
};
