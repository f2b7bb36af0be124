//! What JavaScript is told when something is refused: the fields of a `StarlaneError`.

use serde::Serialize;
use starlane_protocol::{Code, MethodError, PointError, Refusal, Retry};
use wasm_bindgen::JsValue;

/// Why something is refused: a stable code, a sentence, what to do, and whether again is safe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The stable code word.
    pub code: &'static str,
    /// What happened, in one sentence.
    pub message: String,
    /// What to do about it.
    pub hint: String,
    /// Whether the same may be tried again.
    pub retry: Retry,
}

impl Problem {
    pub(crate) fn new(code: &'static str, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: hint.into(), retry: Retry::No }
    }

    /// One of the mesh's own codes, with its hint.
    pub(crate) fn of(code: Code, message: impl Into<String>) -> Self {
        Self { code: code.word(), message: message.into(), hint: code.hint().into(), retry: code.retry() }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Problem::of(refusal.code, refusal.message)
    }
}

impl From<PointError> for Problem {
    fn from(error: PointError) -> Self {
        Problem { code: error.code(), ..Problem::of(Code::BadPoint, error.to_string()) }
    }
}

impl From<MethodError> for Problem {
    fn from(error: MethodError) -> Self {
        Problem::new(error.code(), error.to_string(), "Write the method as in `Ext<Greet>`.")
    }
}

/// Crosses as JSON: one text is cheaper than four fields, and only failures pay for it.
impl From<Problem> for JsValue {
    fn from(problem: Problem) -> Self {
        JsValue::from_str(&serde_json::to_string(&problem).unwrap_or_default())
    }
}
