// Eve's script: everything that whoever looks at the page has and that is none of Eve's. `attempts` says what came of each:
// `refused` with the reason, or `got` and what it is.
"use strict";
globalThis.attempts = (async () => {
  const at = (path) => new URL(path, location.href).href;
  const hosts = [`http://starlane.localhost:${location.port}`, `http://127.0.0.1:${location.port}`, `http://hello.localhost:${location.port}`];
  const PATIENCE = 3000;

  /** Ends with what an event brings, fails with another. */
  const event = (target, good, bad) =>
    new Promise((done, fail) => {
      target.addEventListener(good, done, { once: true });
      target.addEventListener(bad, () => fail(new Error(bad)), { once: true });
    });
  const text = async (address, options) => {
    const answer = await fetch(address, options);
    if (answer.type === "opaque") throw new Error("opaque");
    return `${answer.status} ${(await answer.text()).slice(0, 80)}`;
  };
  const wave = (to, method) => ({ method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ to, method, body: "{}" }) });
  const frame = async (address) => {
    const one = document.createElement("iframe");
    one.src = address;
    const loaded = event(one, "load", "error");
    document.body.append(one);
    await loaded;
    return one.contentWindow.document.body.innerHTML;
  };
  /** A window that is not this one. */
  const other = (name) => {
    const one = globalThis[name];
    if (!one || one === globalThis) throw new Error("none");
    return one;
  };

  const tries = {
    "read cookies": () => document.cookie || "none",
    "set a cookie": () => ((document.cookie = "eve=1; path=/"), document.cookie),
    "localStorage": () => JSON.stringify(localStorage),
    "the token in sessionStorage": () => sessionStorage.getItem("starlane:token") ?? "none",
    "IndexedDB": async () => JSON.stringify(await indexedDB.databases()),
    "open a database": async () => (await event(indexedDB.open("starlane"), "success", "error")) && "open",
    "caches": async () => JSON.stringify(await caches.keys()),
    "a service worker": async () => (await navigator.serviceWorker.register(at("/users/eve/worker.js"), { scope: "/" })).scope,
    "storage directory": async () => (await navigator.storage.getDirectory()).name || "open",
    "a shared worker": () => event(new SharedWorker(at("/js/main.js")), "load", "error"),
    "a worker of the site": () => event(new Worker(at("/js/main.js")), "message", "error"),
    "a lane": async () => (await event(new WebSocket(at("/starlane/lane").replace(/^http/, "ws"), "starlane.v1.json"), "open", "error")) && "open",
    "a star": async () => {
      const { Star } = await import(at("/starlane/client/starlane.mjs"));
      const star = await Star.start();
      await star.online({ timeout: 2000 });
      return star.agent;
    },
    "another page by fetch": () => text(at("/users/cleo")),
    "another page with cookies": () => text(at("/users/cleo"), { credentials: "include" }),
    "another page unseen": () => text(at("/users/cleo"), { mode: "no-cors" }),
    "the site's first page": () => text(at("/")),
    "bundles of the site": () => text(at("/starlane/bundles/localhost:repo:profile:1.0.0")),
    "another page in a frame": () => frame(at("/users/cleo")),
    "the site in a frame": () => frame(at("/")),
    "a window of the site": () => window.open(at("/")).document.title,
    "the window around it": () => other("parent").document.cookie,
    "what the window around it keeps": () => other("parent").sessionStorage.getItem("starlane:token"),
    "the window that opened it": () => other("opener").document.body.innerHTML,
    "leading the window that opened it away": () => ((other("opener").location.href = at("/users/cleo")), "led away"),
    "leading the window around it away": () => ((other("parent").location.href = at("/users/cleo")), "led away"),
    "the console in a frame": () => frame(`${hosts[0]}/starlane/`),
  };
  for (const host of hosts) {
    tries[`${host} by fetch`] = () => text(`${host}/starlane/`);
    tries[`${host} lists the mesh`] = () => text(`${host}/starlane/mesh.json`, { credentials: "include" });
    tries[`${host} takes a wave`] = () => text(`${host}/starlane/waves`, wave("localhost:users:ada", "Cmd<Token>"));
    tries[`${host} takes a wave unseen`] = () =>
      text(`${host}/starlane/waves`, { ...wave("localhost:profile:page:ada", "Cmd<Override>"), mode: "no-cors", headers: { "content-type": "text/plain" } });
  }

  const all = [];
  for (const [what, attempt] of Object.entries(tries)) {
    let late;
    try {
      const patience = new Promise((_, fail) => (late = setTimeout(() => fail(new Error("no answer")), PATIENCE)));
      all.push([what, `got ${await Promise.race([attempt(), patience])}`]);
    } catch (error) {
      all.push([what, `refused: ${error.name}: ${error.message}`]);
    } finally {
      clearTimeout(late);
    }
  }
  return all;
})();
