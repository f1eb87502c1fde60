import {
  BlobSource,
  Conversion,
  Input,
  MATROSKA,
  MP4,
  Mp4OutputFormat,
  Output,
  StreamTarget,
  WEBM,
  type StreamTargetChunk,
} from 'mediabunny';

/** Where a file is written; pieces may come in any order. */
export type WritePiece = (piece: StreamTargetChunk) => void;

const open = (recording: Blob) => new Input({ source: new BlobSource(recording), formats: [MATROSKA, WEBM, MP4] });

/** Whether a recording's picture is what players expect in an MP4; one of another codec is left as it is. */
export const belongsInMp4 = async (recording: Blob): Promise<boolean> => {
  const input = open(recording);
  const track = await input.getPrimaryVideoTrack();
  return (await track?.getCodec()) === 'avc';
};

/**
 * Writes a container stream as an MP4 file: its pictures and its sound as they were encoded, one after the other. Throws where
 * something of it has no place in one.
 *
 * @param onProgress how much of it is done, from 0 to 1
 */
export const toMp4 = async (recording: Blob, write: WritePiece, onProgress: (share: number) => void): Promise<void> => {
  const output = new Output({
    // The table of contents comes last: it grows with the show, and is not to be held back for a whole one.
    format: new Mp4OutputFormat({ fastStart: false }),
    target: new StreamTarget(new WritableStream({ write }), { chunked: true }),
  });
  const conversion = await Conversion.init({ input: open(recording), output, showWarnings: false });
  const [lost] = conversion.discardedTracks;
  if (lost) throw new Error(`a track has no place in an MP4 file: ${lost.reason}`);
  conversion.onProgress = onProgress;
  await conversion.execute();
};
