// The console is served by the relay below `/starlane/`, beside the client's own files (`/starlane/client/…`).
import { defineConfig, type Plugin } from "vite";

/** What the built page may load. Inline code is never needed; the star compiles WebAssembly and opens one lane. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self' blob:",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self' ws: wss:",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** Only in the built page: the development server needs inline styles. */
const contentSecurityPolicy: Plugin = {
  name: "content-security-policy",
  apply: "build",
  transformIndexHtml: () => [
    { tag: "meta", attrs: { "http-equiv": "Content-Security-Policy", content: POLICY }, injectTo: "head-prepend" },
  ],
};

export default defineConfig({
  base: "/starlane/",
  plugins: [contentSecurityPolicy],
  build: { target: "es2022", assetsInlineLimit: 0 },
});
