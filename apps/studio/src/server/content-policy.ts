/** What the page may load: its own files. Pictures are drawn in it and saved from it, hence `blob:`. */
export const CONTENT_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** Sent with every answer of the studio. */
export const STUDIO_HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": `${CONTENT_POLICY}; frame-ancestors 'none'`,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
};
