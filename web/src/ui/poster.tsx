import { useState } from 'react';
import { Radio } from 'lucide-react';
import type { StreamView } from '#contract/http';
import { isLiveToViewers } from '#contract/show';
import './poster.css';

/** A stream's picture, 16:9: its creator's, else Mux's, else a drawn one. Decorative: the title stands beside it. */
export const Poster = ({
  stream,
}: {
  stream: Pick<StreamView, 'id' | 'state' | 'recording' | 'thumbnail' | 'posterUrl'>;
}) => {
  const [broken, setBroken] = useState<readonly string[]>([]);
  const [upright, setUpright] = useState<string>();
  // Before there is a picture at Mux, asking for one is answered with an error.
  const poster = isLiveToViewers(stream) || stream.recording === 'ready' ? stream.posterUrl : undefined;
  const picture = [stream.thumbnail?.thumbnailUrl, poster].find((url) => url !== undefined && !broken.includes(url));
  return (
    <div className="poster">
      <Radio className="poster__mark" aria-hidden="true" />
      {picture && (
        <img
          className={`poster__image${upright === picture ? ' poster__image--upright' : ''}`}
          src={picture}
          alt=""
          loading="lazy"
          onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) =>
            setUpright(naturalHeight > naturalWidth ? picture : undefined)
          }
          onError={() => setBroken([...broken, picture])}
        />
      )}
    </div>
  );
};
