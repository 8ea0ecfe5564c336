/** The app as Slack makes it from a manifest (docs.slack.dev/reference/app-manifest). Pure. */

/** Without these, handoffs fail or nobody can press. */
export const REQUIRED_SCOPES = [
  "chat:write",
  "im:write",
  "users:read",
  "users:read.email",
  "channels:read",
  "groups:read",
] as const;

/** Without these, a message whose answer was lost cannot be looked for. */
export const LOOKING_SCOPES = ["channels:history", "groups:history", "im:history"] as const;

/** The manifest as data; it reads the same as YAML and as JSON. */
export function manifestOf(requestUrl: string) {
  return {
    display_information: {
      name: "Baton",
      description: "Brings buying and churn signals from Intercom to the right person",
      background_color: "#1d3557",
    },
    features: { bot_user: { display_name: "Baton", always_online: true } },
    oauth_config: { scopes: { bot: [...REQUIRED_SCOPES, ...LOOKING_SCOPES] } },
    settings: {
      interactivity: { is_enabled: true, request_url: requestUrl },
      org_deploy_enabled: false,
      socket_mode_enabled: false,
      token_rotation_enabled: false,
    },
  };
}
