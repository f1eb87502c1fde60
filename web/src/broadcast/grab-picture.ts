const QUALITY = 0.9;

/** The picture of a track as it is at this moment, as a file; undefined where it gives none. */
export const grabPicture = async (track: MediaStreamTrack): Promise<File | undefined> => {
  const video = document.createElement('video');
  video.muted = true;
  video.srcObject = new MediaStream([track]);
  try {
    await video.play();
    const canvas = document.createElement('canvas');
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    canvas.getContext('2d')?.drawImage(video, 0, 0);
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', QUALITY));
    return blob ? new File([blob], 'camera.jpg', { type: blob.type }) : undefined;
  } finally {
    video.srcObject = null;
  }
};
