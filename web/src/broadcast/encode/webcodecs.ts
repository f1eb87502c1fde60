import {
  AppendOnlyStreamTarget,
  AudioSample,
  AudioSampleSource,
  canEncodeAudio,
  EncodedPacket,
  EncodedVideoPacketSource,
  MkvOutputFormat,
  Output,
} from 'mediabunny';
import type { Limits } from '../limits.ts';

type EncoderLimits = Pick<
  Limits,
  'width' | 'height' | 'frameRate' | 'keyFrameIntervalMs' | 'videoKbps' | 'audioKbps' | 'encoderQueueFrames'
>;

export const CHANNELS = 2;

/** Main profile first, which every player has. */
const PROFILES = ['4d40', '6400', '42e0'] as const;
/** H.264's levels by the macroblocks of 16 × 16 pixels that they allow in a second (ITU-T H.264, table A-1). */
const LEVELS = [
  { blocksASecond: 108_000, level: '1f' },
  { blocksASecond: 216_000, level: '20' },
  { blocksASecond: 245_760, level: '28' },
  { blocksASecond: 522_240, level: '2a' },
] as const;
const HIGHEST_LEVEL = '33';
const BLOCK = 16;

/** What an encoder may be asked for, best first: level 3.1 for 720p at 30 pictures a second, 4.2 for 1080p at 60. */
export const videoCodecs = ({ width, height, frameRate }: Pick<Limits, 'width' | 'height' | 'frameRate'>): string[] => {
  const wanted = Math.ceil(width / BLOCK) * Math.ceil(height / BLOCK) * frameRate;
  const level = LEVELS.find(({ blocksASecond }) => wanted <= blocksASecond)?.level ?? HIGHEST_LEVEL;
  return PROFILES.map((profile) => `avc1.${profile}${level}`);
};

export const AUDIO_CODEC = 'mp4a.40.2';

export type Encoder = {
  /** Takes over the frame. `slot` is its place on the timeline; the first at or after each interval becomes a key frame. */
  picture: (frame: VideoFrame, slot: number) => void;
  /** The next samples, interleaved; they follow each other without a gap. */
  sound: (samples: Float32Array) => void;
  setVideoKbps: (kbps: number) => void;
  /** Resolves when all that was given has been written. */
  flush: () => Promise<void>;
  close: () => void;
  readonly sampleRate: number;
  /** Pictures that wait for their turn. */
  readonly waiting: number;
  /** Pictures that came faster than they could be encoded. */
  readonly droppedFrames: number;
};

/** In one show. */
const ENCODER_RESTARTS = 3;

type Parts = {
  videoCodec: string;
  sampleRate: number;
  limits: EncoderLimits;
  write: (bytes: Uint8Array) => void;
  onError: (error: unknown) => void;
};

export const videoConfig = (codec: string, limits: EncoderLimits, kbps: number): VideoEncoderConfig => ({
  codec,
  width: limits.width,
  height: limits.height,
  framerate: limits.frameRate,
  bitrate: kbps * 1000,
  bitrateMode: 'constant',
  latencyMode: 'realtime',
  avc: { format: 'avc' },
});

/** AAC by the browser where it has it, else by the WebAssembly encoder, which is a megabyte and therefore not in the bundle. */
export const ensureAac = async (sampleRate: number, audioKbps: number): Promise<void> => {
  if (await canEncodeAudio('aac', { numberOfChannels: CHANNELS, sampleRate, bitrate: audioKbps * 1000 })) return;
  const { registerAacEncoder } = await import('@mediabunny/aac-encoder');
  registerAacEncoder();
};

const bytesText = (source: AllowSharedBufferSource | undefined): string => {
  if (!source) return '';
  const bytes = ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source);
  return bytes.join();
};

const blackFrame = ({ width, height }: EncoderLimits) => {
  const luma = width * height;
  const pixels = new Uint8Array((luma * 3) / 2).fill(128);
  pixels.fill(16, 0, luma);
  return new VideoFrame(pixels, { format: 'I420', codedWidth: width, codedHeight: height, timestamp: 0 });
};

/** H.264 and AAC in append-only Matroska: what an ingest worker passes on without touching it. */
export const startWebCodecs = async ({ videoCodec, sampleRate, limits, write, onError }: Parts): Promise<Encoder> => {
  await ensureAac(sampleRate, limits.audioKbps);
  const output = new Output({
    format: new MkvOutputFormat({ appendOnly: true }),
    target: new AppendOnlyStreamTarget(new WritableStream({ write })),
  });
  const videoSource = new EncodedVideoPacketSource('avc');
  const audioSource = new AudioSampleSource({ codec: 'aac', bitrate: limits.audioKbps * 1000 });
  output.addVideoTrack(videoSource);
  output.addAudioTrack(audioSource);
  await output.start();

  const slotsAKeyFrame = (limits.keyFrameIntervalMs * limits.frameRate) / 1000;
  let keyFrames = -1;
  let soundFrames = 0;
  let droppedFrames = 0;
  let closed = false;
  const added = { pictures: Promise.resolve(), sound: Promise.resolve() };

  let restarts = 0;
  let videoKbps = limits.videoKbps;
  let description: EncodedVideoChunkMetadata | undefined;

  const failed = (error: unknown) => {
    if (!closed) onError(error);
  };

  /** What stands in the container's init, once and for the whole stream: an encoder that writes otherwise is of no use. */
  const describe = (metadata: EncodedVideoChunkMetadata) => {
    if (!description) description = metadata;
    else if (bytesText(metadata.decoderConfig?.description) !== bytesText(description.decoderConfig?.description))
      failed(new Error('the encoder has changed its parameters'));
  };

  const openEncoder = async (): Promise<VideoEncoder> => {
    let warm = false;
    let pendingMetadata: EncodedVideoChunkMetadata | undefined;
    const encoder = new VideoEncoder({
      output: (chunk, metadata) => {
        // Of the unseen picture's colours, unless the first real one has the same.
        if (metadata?.decoderConfig) pendingMetadata = metadata;
        if (!warm) return;
        if (pendingMetadata) describe(pendingMetadata);
        pendingMetadata = undefined;
        const packet = EncodedPacket.fromEncodedChunk(chunk);
        added.pictures = added.pictures.then(() => videoSource.add(packet, description)).catch(failed);
      },
      error: (error) => (warm && restarts < ENCODER_RESTARTS ? void reopen() : failed(error)),
    });
    encoder.configure(videoConfig(videoCodec, limits, videoKbps));
    // An encoder takes its time to start, up to half a second, and the show would begin with a gap. So it starts on a
    // picture that nobody sees.
    const unseen = blackFrame(limits);
    encoder.encode(unseen, { keyFrame: true });
    unseen.close();
    await encoder.flush();
    warm = true;
    return encoder;
  };

  /** An encoder may die with the process that it lives in, and the next one work: half a second of picture instead of a show. */
  const reopen = async () => {
    restarts += 1;
    try {
      const next = await openEncoder();
      if (closed) return next.close();
      keyFrames = -1;
      videoEncoder = next;
    } catch (error) {
      failed(error);
    }
  };

  let videoEncoder = await openEncoder();

  const sound = (samples: Float32Array) => {
    const sample = new AudioSample({
      data: samples,
      format: 'f32',
      numberOfChannels: CHANNELS,
      sampleRate,
      timestamp: soundFrames / sampleRate,
    });
    soundFrames += samples.length / CHANNELS;
    added.sound = added.sound
      .then(() => audioSource.add(sample))
      .then(() => sample.close())
      .catch(failed);
  };
  // The encoder for sound is made with its first sample, and where it is WebAssembly that takes longer than a picture. One
  // that nobody hears is 20 µs.
  sound(new Float32Array(CHANNELS));

  return {
    picture: (frame, slot) => {
      const keyFrame = Math.floor(slot / slotsAKeyFrame) > keyFrames;
      if (videoEncoder.state !== 'configured' || videoEncoder.encodeQueueSize >= limits.encoderQueueFrames) {
        droppedFrames += 1;
      } else {
        if (keyFrame) keyFrames = Math.floor(slot / slotsAKeyFrame);
        videoEncoder.encode(frame, { keyFrame });
      }
      frame.close();
    },
    sound,
    setVideoKbps: (kbps) => {
      videoKbps = kbps;
      if (videoEncoder.state === 'configured') videoEncoder.configure(videoConfig(videoCodec, limits, kbps));
    },
    flush: async () => {
      if (videoEncoder.state === 'configured') await videoEncoder.flush();
      await Promise.all([added.pictures, added.sound]);
      await output.finalize();
    },
    close: () => {
      closed = true;
      if (videoEncoder.state !== 'closed') videoEncoder.close();
      if (output.state === 'started') void output.cancel();
    },
    sampleRate,
    get waiting() {
      return videoEncoder.encodeQueueSize;
    },
    get droppedFrames() {
      return droppedFrames;
    },
  };
};
