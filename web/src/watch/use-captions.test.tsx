// @vitest-environment happy-dom
import { act, screen } from '@testing-library/preact';
import { describe, expect, it } from 'vitest';
import { render } from '../ui/render.testing.tsx';
import { useCaptions } from './use-captions.ts';

type Track = Pick<TextTrack, 'kind' | 'language' | 'label'> & { mode: string };

const track = (language: string, label: string, kind: TextTrackKind = 'captions'): Track => ({
  kind,
  language,
  label,
  mode: 'hidden',
});

/** What a browser has of a video's tracks, as far as captions go: they come when they come. */
const makeVideo = (...tracks: Track[]) => {
  const list = Object.assign(new EventTarget(), { [Symbol.iterator]: () => tracks.values() });
  // happy-dom plays nothing, and has no tracks
  const element = { textTracks: list } as unknown as HTMLVideoElement;
  return {
    ref: { current: element },
    brings: (more: Track) =>
      act(() => {
        tracks.push(more);
        list.dispatchEvent(new Event('addtrack'));
      }),
    modes: () => tracks.map(({ mode }) => mode),
  };
};

const Captions = ({ video, wanted }: { video: ReturnType<typeof makeVideo>['ref']; wanted: string | null }) => {
  const { tracks, shown } = useCaptions(video, wanted);
  return <output>{`${tracks.map(({ language, label }) => `${language}=${label}`).join(' ')}; ${shown}`}</output>;
};

const open = (wanted: string | null, ...tracks: Track[]) => {
  const video = makeVideo(...tracks);
  const { rerender } = render(<Captions video={video.ref} wanted={wanted} />);
  return { ...video, rerender, said: () => screen.getByRole('status').textContent };
};

describe('the captions of a video', () => {
  it('are those that somebody wanted last time, and no others', () => {
    const { modes, said } = open('ur', track('en', 'English'), track('ur', 'اردو'));
    expect(modes()).toEqual(['disabled', 'showing']);
    expect(said()).toBe('en=English ur=اردو; true');
  });

  it('are any that there are where the wanted ones are not', () => {
    expect(open('fr', track('en', 'English'), track('ur', 'اردو')).modes()).toEqual(['showing', 'disabled']);
  });

  it('are none for who wants none, whatever the browser would show by itself', () => {
    const { modes, said } = open(null, track('en', 'English'));
    expect([modes(), said()]).toEqual([['disabled'], 'en=English; false']);
  });

  it('come when the playlist brings them, and show at once', async () => {
    const { brings, modes, said } = open('en');
    expect(said()).toBe('; false');
    await brings(track('en', ''));
    expect([modes(), said()]).toEqual([['showing'], 'en=en; true']);
    await brings(track('', '', 'subtitles'));
    expect(said()).toBe('en=en =Captions; true');
  });

  it('are not what a playlist has beside them', () => {
    const { modes, said } = open('en', track('en', 'Chapters', 'chapters'), track('', '', 'metadata'));
    expect([modes(), said()]).toEqual([['hidden', 'hidden'], '; false']);
  });
});
