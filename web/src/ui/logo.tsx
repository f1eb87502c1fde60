/** The mark. Its name stands beside it or on the link around it. */
export const Logo = ({ size = 32 }: { size?: number }) => (
  <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
    <rect width="32" height="32" rx="9" fill="#6d4aff" />
    <path
      d="M7.5 9.5 14 22.6a2.2 2.2 0 0 0 4 0l3-6"
      fill="none"
      stroke="#fff"
      strokeWidth="3.6"
      strokeLinecap="round"
      strokeLinejoin="round"
    />
    <circle cx="23.6" cy="10" r="3.4" fill="#ff4d5e" />
  </svg>
);
