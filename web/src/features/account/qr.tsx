import encodeQr from "qr";

/** The text as a code for a camera: dark on light with its quiet zone, also where the page is dark. */
export function QrCode({ text, label }: { readonly text: string; readonly label: string }) {
  const rows = encodeQr(text, "raw", { ecc: "medium", border: 4 });
  const squares = rows.flatMap((row, y) =>
    row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])),
  );
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${rows.length} ${rows.length}`}
      width={220}
      height={220}
      shapeRendering="crispEdges"
      style={{ background: "#fff", maxWidth: "100%" }}
    >
      <path d={squares.join("")} fill="#000" />
    </svg>
  );
}
