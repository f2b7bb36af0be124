//! Bounds that every decoder and every star holds to. Each has a name, a unit and a reason.

/// Bytes of a point; it must fit a header line and a database key.
pub const POINT_BYTES: usize = 1_024;

/// Segments of a point, the space included.
pub const POINT_SEGMENTS: usize = 32;

/// Bytes of a space: a host name has no more (RFC 1035, without the last dot).
pub const SPACE_BYTES: usize = 253;

/// Bytes of one segment, as of one label of a host name (RFC 1035).
pub const SEGMENT_BYTES: usize = 63;

/// Bytes of a method, its family and brackets included.
pub const METHOD_BYTES: usize = 64;

/// Bytes of a wave's path, and of its query: what common HTTP servers accept for a request line.
pub const PATH_BYTES: usize = 8 * 1_024;

/// Bytes of a wave's body. Larger things do not belong into a mailbox.
pub const BODY_BYTES: usize = 1_024 * 1_024;

/// Headers of one wave.
pub const HEADERS: usize = 64;

/// Bytes of all header names and values of one wave.
pub const HEADERS_BYTES: usize = 16 * 1_024;

/// Bytes of a content type.
pub const TYPE_BYTES: usize = 256;

/// Bytes of a trace context: a `traceparent` (W3C Trace Context, level 1) has 55.
pub const TRACE_BYTES: usize = 64;

/// Pings that may wait for one another.
pub const CHAIN: usize = 32;

/// Lanes and stars a wave may pass.
pub const HOPS: u8 = 32;

/// Milliseconds a ping waits when nothing else is said (`low`).
pub const WAIT_LOW_MS: u32 = 15_000;

/// Milliseconds of the patience called `med`.
pub const WAIT_MED_MS: u32 = 60_000;

/// Milliseconds of the patience called `high`, and the most a wave may ask for.
pub const WAIT_HIGH_MS: u32 = 300_000;

/// Bytes of one WebSocket message of a lane: one full wave with its envelope, or many small ones.
pub const MESSAGE_BYTES: usize = BODY_BYTES + 256 * 1_024;

/// Bytes of one WebSocket message in the JSON form, where a body in base64 is a third larger.
pub const JSON_MESSAGE_BYTES: usize = 2 * MESSAGE_BYTES;

/// Frames in one WebSocket message; a message of the smallest frames is then decoded into less than a megabyte.
pub const MESSAGE_FRAMES: usize = 4_096;

/// The largest integer of a frame, 2^53 - 1: what a JSON number holds exactly in every language (RFC 8259, 6).
pub const WIRE_INTEGER: u64 = (1 << 53) - 1;

/// Features a greet may name; there are none yet, and a relay has no hundreds of them.
pub const FEATURES: usize = 64;

/// Applications a greet may list: with their records, about as many as one message holds.
pub const INSTALLS: usize = 4_096;

/// Bytes of a state's key.
pub const STATE_KEY_BYTES: usize = 256;

/// Bytes of a value in a state.
pub const STATE_VALUE_BYTES: usize = 64 * 1_024;

/// Bytes of a whole state, keys and values: it is loaded whole when its mechtron wakes.
pub const STATE_BYTES: usize = 4 * 1_024 * 1_024;

/// Bytes of state one turn may write.
pub const TURN_STATE_BYTES: usize = 1_024 * 1_024;

/// Milliseconds a watch lasts when it is not renewed.
pub const WATCH_LEASE_MS: u32 = 60_000;
