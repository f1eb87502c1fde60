import { useState } from 'react';
import { Radio } from 'lucide-react';
import type { StreamView } from '#contract/http';
import { isLiveToViewers } from '#contract/show';
import './poster.css';

/** A stream's picture, 16:9; a drawn one while there is none. Decorative: the title stands beside it. */
export const Poster = ({ stream }: { stream: Pick<StreamView, 'id' | 'state' | 'recording' | 'posterUrl'> }) => {
  const [broken, setBroken] = useState<string>();
  const [upright, setUpright] = useState<string>();
  // Before there is a picture at Mux, asking for one is answered with an error.
  const hasPicture = isLiveToViewers(stream) || stream.recording === 'ready';
  const picture = hasPicture && stream.posterUrl !== broken ? stream.posterUrl : undefined;
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
          onError={() => setBroken(picture)}
        />
      )}
    </div>
  );
};
