import { ExternalLink } from 'lucide-react';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { thumbnailWidth } from '#contract/uploads';
import { isShowable } from '../ui/showable.ts';
import './post-card.css';

const VIDEO = /\.(mp4|webm|m4v|mov)$/i;

/** How wide a picture is shown: the column of posts. */
const COLUMN = '(max-width: 640px) 100vw, 640px';

type Props = {
  url: string;
  /** Where it is known: of a file that was uploaded. */
  type?: string | undefined;
  /** Of a picture that was uploaded: its pixels, and a smaller copy. */
  size?: { width: number; height: number } | undefined;
  thumbnailUrl?: string | undefined;
  /** What its author says that it shows. */
  alt?: string | undefined;
};

/** A picture or a film by its address; a plain link where it cannot be shown. */
export const PostMedia = ({ url, type, size, thumbnailUrl, alt }: Props) => {
  const t = useTranslations('feed');
  const [broken, setBroken] = useState(false);
  const failed = () => setBroken(true);
  if (broken || !isShowable(url))
    return (
      <a href={url} target="_blank" rel="noopener noreferrer nofollow ugc">
        <ExternalLink aria-hidden="true" size="1em" style={{ display: 'inline' }} /> {t('attachedMedia')}
      </a>
    );
  return (type?.startsWith('video/') ?? VIDEO.test(new URL(url).pathname)) ? (
    // oxlint-disable-next-line jsx-a11y/media-has-caption -- a stranger's film by address has no captions of ours
    <video
      className="post__media"
      src={url}
      controls
      preload="metadata"
      playsInline
      aria-label={alt || t('filmByTheAuthor')}
      onError={failed}
    />
  ) : (
    <img
      className="post__media"
      src={url}
      {...(size && { ...size, sizes: COLUMN })}
      {...(size && thumbnailUrl && { srcSet: `${thumbnailUrl} ${thumbnailWidth(size)}w, ${url} ${size.width}w` })}
      alt={alt || t('attachedByTheAuthor')}
      loading="lazy"
      referrerPolicy="no-referrer"
      onError={failed}
    />
  );
};
