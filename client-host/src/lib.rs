//! A star in a browser tab: the host on wasm32 with IndexedDB, a WebSocket lane and timers.
