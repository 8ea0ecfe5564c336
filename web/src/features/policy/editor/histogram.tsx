/** Bars of how many conversations had how many points: below the threshold grey, above it teal. */

interface Bin {
  readonly from: number;
  readonly conversations: number;
}

const HEIGHT = 100;

/** As wide as the slider beneath it, so that a bar stands over its points. */
export function Histogram(props: {
  readonly bins: readonly Bin[];
  readonly width: number;
  readonly max: number;
  readonly threshold: number;
  readonly published: number | null;
}) {
  const { bins, width, max, threshold, published } = props;
  const most = Math.max(1, ...bins.map(({ conversations }) => conversations));
  const sum = bins.reduce((all, { conversations }) => all + conversations, 0);
  const above = bins.reduce((all, bin) => all + (bin.from >= threshold ? bin.conversations : 0), 0);
  const says =
    sum === 0
      ? "No conversation was scored in the last 30 days"
      : `Scores of ${sum} conversations of the last 30 days; ${above} in bars above the threshold`;
  return (
    <>
      <svg
        role="img"
        aria-label={says}
        viewBox={`0 0 ${max} ${HEIGHT}`}
        preserveAspectRatio="none"
        style={{ display: "block", width: "100%", height: 120 }}
      >
        {bins.map(({ from, conversations }) => {
          const height = Math.max(1, (conversations / most) * HEIGHT);
          const split = Math.min(from + width, Math.max(from, threshold));
          return (
            <g key={from}>
              <title>{`${from} to ${from + width} points: ${conversations}`}</title>
              <Bar from={from} to={split} height={height} color="var(--mantine-color-gray-5)" />
              <Bar from={split} to={from + width} height={height} color="var(--mantine-color-teal-6)" />
            </g>
          );
        })}
        {published !== null && (
          <line
            x1={published}
            x2={published}
            y1={0}
            y2={HEIGHT}
            stroke="var(--mantine-color-text)"
            strokeDasharray="4 4"
            vectorEffect="non-scaling-stroke"
          />
        )}
      </svg>
      {sum === 0 && <span style={{ fontSize: 14 }}>{says}.</span>}
    </>
  );
}

function Bar(props: {
  readonly from: number;
  readonly to: number;
  readonly height: number;
  readonly color: string;
}) {
  const { from, to, height, color } = props;
  return to <= from ? null : (
    <rect
      x={from + 0.2}
      width={Math.max(0, to - from - 0.4)}
      y={HEIGHT - height}
      height={height}
      fill={color}
    />
  );
}
