import { Badge, createTheme, type CSSVariablesResolver } from "@mantine/core";

export const theme = createTheme({
  respectReducedMotion: true,
  primaryColor: "indigo",
  primaryShade: { light: 7, dark: 8 },
  defaultRadius: "md",
  autoContrast: true,
  components: {
    Badge: Badge.extend({ defaultProps: { tt: "none" } }),
    Notification: { defaultProps: { closeButtonProps: { "aria-label": "Close" } } },
    // A dialog's header is no banner of the page, and its cross has a name.
    Modal: {
      defaultProps: {
        attributes: { header: { role: "none" } },
        closeButtonProps: { "aria-label": "Close" },
      },
    },
  },
});

/** The kit's own dimmed text and light badges miss the contrast of 4.5:1 that WCAG AA asks for. */
export const cssVariablesResolver: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-dimmed": "var(--mantine-color-gray-7)",
    "--mantine-color-teal-light-color": "#066649",
    "--mantine-color-red-light-color": "#a51111",
    "--mantine-color-yellow-light-color": "#6b4a00",
    "--mantine-color-orange-light-color": "#8a3a00",
    "--mantine-color-gray-light-color": "#3d4349",
    "--mantine-color-error": "#c01c1c",
  },
  dark: { "--mantine-color-dimmed": "var(--mantine-color-dark-1)", "--mantine-color-error": "#ff9b9b" },
});
