import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { useBlock } from './use-block.ts';

type Props = {
  person: { handle: string; name: string };
  open: boolean;
  onOpenChange: (open: boolean) => void;
};

/** Asks before a person is blocked, and says what that does and does not do. */
export const BlockDialog = ({ person, open, onOpenChange }: Props) => {
  const block = useBlock(person.handle);
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Block ${person.name}?`}
      text={`@${person.handle} is not told. You can lift the block at any time, here or in your settings.`}
      confirm="Block"
      busy={block.isPending}
      onConfirm={() => block.mutate(true, { onSuccess: () => onOpenChange(false) })}
    >
      <ul className="bullets">
        <li>They can no longer follow you, or like and comment on your posts.</li>
        <li>You stop following each other, and your shows for followers are closed to them.</li>
        <li>What is public they can still see, and what they have written stays until somebody deletes it.</li>
      </ul>
    </ConfirmDialog>
  );
};
