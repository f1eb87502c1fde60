import { USUAL_STAGE, type GuestSlot, type ImageName, type Images, type Stage } from '../picture/stage.ts';
import { NOTHING_KEPT, type KeptScenes, type SceneStore } from './scene-store.ts';
import { GUEST_SCENES, overlaysOf, SCENE_LIMITS, type Dressing, type Scene } from './scene-set.ts';

/** A video file that plays: its picture, and its sound where it has any. */
export type Playing = { picture: MediaStreamTrack; sound: MediaStreamTrack | undefined; stop: () => void };

/** What a person should know of the files that they have given: the closed set. */
export type SceneProblem = 'not-a-picture' | 'too-large' | 'no-video-files' | 'not-kept';

export type ScenesView = {
  scenes: readonly Scene[];
  /** Besides those, while there are guests. */
  guestScenes: readonly Scene[];
  dressing: Dressing;
  /** The one that viewers see. */
  liveId: string;
  /** The scene that is shown, and which of its slides. */
  stage: Stage;
  images: Images;
  hasLogo: boolean;
  hasBackground: boolean;
  /** How many pictures each scene has, by its id. */
  slides: Readonly<Record<string, number>>;
  slide: number;
  /** The name of the video file that plays, and its picture. */
  video: string | undefined;
  media: MediaStreamTrack | undefined;
  problem: SceneProblem | undefined;
};

export type Person = { id: string; name: string; avatarUrl?: string | undefined };

/** A creator's scenes: which there are, which one is shown, and what lies over all of them. */
export type Scenes = {
  view: () => ScenesView;
  /** Whose they are: loads what that creator has kept. */
  setPerson: (person: Person) => Promise<void>;
  /** What cards say, in the language that the creator reads. */
  setWords: (words: Stage['words']) => void;
  /** Shows this scene to viewers. */
  take: (id: string) => void;
  change: (scene: Scene) => void;
  add: (scene: Omit<Scene, 'id'>) => void;
  remove: (id: string) => void;
  dress: (dressing: Dressing) => void;
  setPicture: (name: 'logo' | 'background', file: Blob | undefined) => Promise<void>;
  /** The pictures of a scene, or one video file, which is not kept. */
  setFiles: (id: string, files: readonly File[]) => Promise<void>;
  /** The next picture of the scene that is shown, or the one before. */
  turn: (by: 1 | -1) => void;
  /** The screen is shared, or no longer: the scene follows where it must. */
  onScreen: (isShared: boolean) => void;
  /** Who is on the air as a guest, by name: the scene follows where it must. */
  setGuests: (names: Partial<Record<GuestSlot, string>>) => void;
  /** The show is over. */
  reset: () => void;
};

export type ScenesListener = {
  onStage: (stage: Stage) => void;
  /** The picture stays ours: whoever draws it copies it. */
  onImage: (name: ImageName, image: ImageBitmap | undefined) => void;
  onMedia: (picture: MediaStreamTrack | undefined, sound: MediaStreamTrack | undefined) => void;
  onChange: () => void;
};

type Parts = ScenesListener & {
  store: SceneStore;
  /** Reads a picture, no larger than `side` on its longer side; throws where it is none. */
  readPicture: (blob: Blob, side: number) => Promise<ImageBitmap>;
  /** Plays a video file over and over; nothing where this browser cannot. */
  playVideo: (file: File) => Promise<Playing | undefined>;
  /** Fetches a picture of our own origin; nothing where that fails. */
  fetchPicture: (url: string) => Promise<Blob | undefined>;
  newId: () => string;
  /** In ms since 1970. */
  wallClock: () => number;
};

const AVATAR_SIDE = 512;
const MINUTE_MS = 60_000;
const FIRST = 'camera';

export const createScenes = ({
  store,
  readPicture,
  playVideo,
  fetchPicture,
  newId,
  wallClock,
  onStage,
  onImage,
  onMedia,
  onChange,
}: Parts): Scenes => {
  let person: Person | undefined;
  let kept: KeptScenes = NOTHING_KEPT;
  let liveId = FIRST;
  let stage: Stage = { ...USUAL_STAGE, layout: { is: 'camera' } };
  const images = new Map<ImageName, ImageBitmap>();
  let slide = 0;
  let video: { of: string; name: string; playing: Playing } | undefined;
  let problem: SceneProblem | undefined;
  /** Which scene to go back to when the screen is no longer shared. */
  let before: string | undefined;
  /** Which scene to go back to when there are no guests any more. */
  let beforeGuests: string | undefined;
  let saving: Promise<void> = Promise.resolve();
  const hasGuests = () => Object.keys(stage.guests ?? {}).length > 0;
  const guestScenes = () => (hasGuests() ? GUEST_SCENES : []);
  const sceneOf = (id: string) => [...kept.set.scenes, ...guestScenes()].find((scene) => scene.id === id);
  const look = (): ScenesView => ({
    scenes: kept.set.scenes,
    guestScenes: guestScenes(),
    dressing: kept.set.dressing,
    liveId,
    stage,
    images: new Map(images),
    hasLogo: kept.logo !== undefined,
    hasBackground: kept.background !== undefined,
    slides: Object.fromEntries(Object.entries(kept.slides).map(([id, { length }]) => [id, length])),
    slide,
    video: video?.name,
    media: video?.playing.picture,
    problem,
  });
  let view = look();

  const changed = () => {
    view = look();
    onChange();
  };

  const liveScene = () => sceneOf(liveId) ?? kept.set.scenes[0];

  const setImage = (name: ImageName, image: ImageBitmap | undefined) => {
    images.get(name)?.close();
    if (image) images.set(name, image);
    else images.delete(name);
    onImage(name, image);
  };

  const setStage = (next: Partial<Stage>) => {
    stage = { ...stage, ...next };
    onStage(stage);
  };

  const fail = (next: SceneProblem) => {
    problem = next;
    changed();
  };

  const save = (next: KeptScenes) => {
    kept = next;
    const whose = person?.id;
    if (whose === undefined) return;
    saving = saving.then(() => store.save(whose, next)).catch(() => fail('not-kept'));
  };

  const stopVideo = () => {
    if (!video) return;
    onMedia(undefined, undefined);
    video.playing.stop();
    video = undefined;
  };

  /** Brings the pictures of the scene that is shown; an answer that comes after another scene does nothing. */
  const showSlide = async () => {
    const scene = liveScene();
    const blob = scene?.layout.is === 'media' ? kept.slides[scene.id]?.[slide] : undefined;
    if (!blob) return setImage('media', undefined);
    const [mine, at] = [liveId, slide];
    const image = await readPicture(blob, SCENE_LIMITS.pictureSide).catch(() => undefined);
    if (mine !== liveId || at !== slide) return image?.close();
    setImage('media', image);
    changed();
  };

  const show = (scene: Scene) => {
    const isNew = liveId !== scene.id;
    liveId = scene.id;
    const { layout } = scene;
    if (isNew) {
      slide = 0;
      const untilMs = layout.is === 'card' && layout.minutes > 0 ? wallClock() + layout.minutes * MINUTE_MS : undefined;
      setStage({ layout, untilMs });
      void showSlide();
    } else setStage({ layout });
    changed();
  };

  const replaceSet = (set: KeptScenes['set']) => save({ ...kept, set });

  const loadPictures = async () => {
    for (const name of ['logo', 'background'] as const) {
      const blob = kept[name];
      const image = blob && (await readPicture(blob, SCENE_LIMITS.pictureSide).catch(() => undefined));
      setImage(name, image);
    }
    changed();
  };

  const isPicture = (file: File) => file.type.startsWith('image/');

  const setVideo = async (id: string, file: File) => {
    const playing = await playVideo(file);
    if (!playing) return fail('no-video-files');
    stopVideo();
    video = { of: id, name: file.name, playing };
    onMedia(playing.picture, playing.sound);
    changed();
  };

  return {
    view: () => view,
    setPerson: async (next) => {
      if (person?.id === next.id && person.name === next.name && person.avatarUrl === next.avatarUrl) return;
      const isOther = person?.id !== next.id;
      person = next;
      setStage({ name: next.name });
      const blob = next.avatarUrl === undefined ? undefined : await fetchPicture(next.avatarUrl);
      const avatar = blob && (await readPicture(blob, AVATAR_SIDE).catch(() => undefined));
      if (person !== next) return avatar?.close();
      setImage('avatar', avatar);
      if (isOther) {
        const loaded = await store.load(next.id);
        if (person !== next) return;
        kept = loaded;
        const live = liveScene();
        setStage({ overlays: overlaysOf(kept.set.dressing), ...(live && { layout: live.layout }) });
        await loadPictures();
        await showSlide();
      }
      changed();
    },
    setWords: (words) => {
      setStage({ words });
      changed();
    },
    take: (id) => {
      const scene = sceneOf(id);
      before = undefined;
      problem = undefined;
      if (scene && scene.id !== liveId) show(scene);
    },
    change: (scene) => {
      replaceSet({ ...kept.set, scenes: kept.set.scenes.map((each) => (each.id === scene.id ? scene : each)) });
      if (scene.id === liveId) show(scene);
      else changed();
    },
    add: (scene) => {
      if (kept.set.scenes.length >= SCENE_LIMITS.scenes) return;
      replaceSet({ ...kept.set, scenes: [...kept.set.scenes, { ...scene, id: newId() }] });
      changed();
    },
    remove: (id) => {
      const scenes = kept.set.scenes.filter((scene) => scene.id !== id);
      const [first] = scenes;
      if (!first) return;
      if (video?.of === id) stopVideo();
      const { [id]: _, ...slides } = kept.slides;
      save({ ...kept, set: { ...kept.set, scenes }, slides });
      if (liveId === id) show(first);
      else changed();
    },
    dress: (dressing) => {
      replaceSet({ ...kept.set, dressing });
      setStage({ overlays: overlaysOf(dressing) });
      changed();
    },
    setPicture: async (name, file) => {
      if (file && file.size > SCENE_LIMITS.pictureBytes) return fail('too-large');
      const image = file && (await readPicture(file, SCENE_LIMITS.pictureSide).catch(() => undefined));
      if (file && !image) return fail('not-a-picture');
      problem = undefined;
      setImage(name, image);
      save({ ...kept, [name]: file });
      changed();
    },
    setFiles: async (id, files) => {
      problem = undefined;
      const [first] = files;
      if (video?.of === id) stopVideo();
      if (first?.type.startsWith('video/')) await setVideo(id, first);
      const pictures = files.filter(isPicture).slice(0, SCENE_LIMITS.slides);
      if (first && pictures.length === 0 && !first.type.startsWith('video/')) return fail('not-a-picture');
      if (pictures.some(({ size }) => size > SCENE_LIMITS.pictureBytes)) return fail('too-large');
      save({ ...kept, slides: { ...kept.slides, [id]: pictures } });
      if (liveId === id) {
        slide = 0;
        await showSlide();
      }
      changed();
    },
    turn: (by) => {
      const count = kept.slides[liveId]?.length ?? 0;
      const next = slide + by;
      if (next < 0 || next >= count) return;
      slide = next;
      void showSlide();
      changed();
    },
    onScreen: (isShared) => {
      const shows = (is: Scene['layout']['is']) => kept.set.scenes.find(({ layout }) => layout.is === is);
      const live = liveScene();
      if (isShared && live?.layout.is === 'camera') {
        const wanted = shows('inset') ?? shows('side-by-side') ?? shows('screen');
        if (!wanted) return;
        before = live.id;
        show(wanted);
      } else if (!isShared && before !== undefined) {
        const back = kept.set.scenes.find(({ id }) => id === before);
        before = undefined;
        if (back) show(back);
      }
    },
    setGuests: (guests) => {
      const had = hasGuests();
      const live = liveScene();
      setStage({ guests });
      const [first] = GUEST_SCENES;
      if (!had && hasGuests() && first && live?.layout.is === 'camera') {
        beforeGuests = live.id;
        show(first);
      } else if (had && !hasGuests() && live?.layout.is === 'guests') {
        const back = sceneOf(beforeGuests ?? FIRST) ?? kept.set.scenes[0];
        if (back) show(back);
      } else changed();
    },
    reset: () => {
      stopVideo();
      before = undefined;
      const first = kept.set.scenes.find(({ id }) => id === FIRST) ?? kept.set.scenes[0];
      if (first) show(first);
    },
  };
};
