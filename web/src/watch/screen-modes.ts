export const togglePictureInPicture = async (video: HTMLVideoElement | null) => {
  if (document.pictureInPictureElement) await document.exitPictureInPicture();
  // Refused while there is no picture yet; not there at all in some browsers.
  else if (document.pictureInPictureEnabled) await video?.requestPictureInPicture().catch(() => {});
};

export const toggleFullscreen = async (frame: HTMLElement | null, video: HTMLVideoElement | null) => {
  if (document.fullscreenElement) return await document.exitFullscreen();
  if (frame?.requestFullscreen) return await frame.requestFullscreen().catch(() => {});
  // An iPhone takes only the video itself to full screen.
  if (video && 'webkitEnterFullscreen' in video && typeof video.webkitEnterFullscreen === 'function')
    video.webkitEnterFullscreen();
};
