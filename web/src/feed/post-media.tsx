import { ExternalLink } from 'lucide-react';
import { useState } from 'react';
import { isShowable } from '../ui/showable.ts';
import './post-card.css';

const VIDEO = /\.(mp4|webm|m4v|mov)$/i;

/** A picture or a film by its address; a plain link where it cannot be shown. */
export const PostMedia = ({ url }: { url: string }) => {
  const [broken, setBroken] = useState(false);
  const failed = () => setBroken(true);
  if (broken || !isShowable(url))
    return (
      <a href={url} target="_blank" rel="noopener noreferrer nofollow ugc">
        <ExternalLink aria-hidden="true" size="1em" style={{ display: 'inline' }} /> Attached media
      </a>
    );
  return VIDEO.test(new URL(url).pathname) ? (
    // oxlint-disable-next-line jsx-a11y/media-has-caption -- a stranger's film by address has no captions of ours
    <video className="post__media" src={url} controls preload="metadata" playsInline onError={failed} />
  ) : (
    <img
      className="post__media"
      src={url}
      alt="Attached by the author"
      loading="lazy"
      referrerPolicy="no-referrer"
      onError={failed}
    />
  );
};
