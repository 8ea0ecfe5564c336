import "@mantine/core/styles.css";
import "@mantine/notifications/styles.css";
import "./app/style.css";
import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { lazy, StrictMode, Suspense } from "react";
import { createRoot } from "react-dom/client";
import { queryClient } from "./api/queries.ts";
import { router } from "./app/router.tsx";
import { cssVariablesResolver, theme } from "./app/theme.ts";

/** Beside the page, so it need not come with it. */
const Notifications = lazy(async () => ({
  default: (await import("@mantine/notifications")).Notifications,
}));

const root = document.querySelector("#root");
if (root === null) throw new Error("the page has no #root");
createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={cssVariablesResolver} defaultColorScheme="auto">
      <Suspense>
        <Notifications position="bottom-left" />
      </Suspense>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
