import { Card } from '../ui/page.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import './post-card.css';

export const PostCardSkeleton = () => (
  <Card className="post">
    <div className="post__header">
      <Skeleton round width="2.5rem" height="2.5rem" />
      <div className="post__byline">
        <Skeleton width="8rem" />
        <Skeleton width="5rem" height="0.8em" />
      </div>
    </div>
    <Skeleton />
    <Skeleton width="70%" />
  </Card>
);
