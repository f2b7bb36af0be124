//! The numbers of the fields; none is ever changed.

/// What `read` and `write` name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Field(pub(super) i32);

pub(crate) const KIND: Field = Field(1);
pub(crate) const ID: Field = Field(2);
pub(crate) const FROM: Field = Field(3);
pub(crate) const AGENT: Field = Field(4);
pub(crate) const TO: Field = Field(5);
pub(crate) const METHOD: Field = Field(6);
pub(crate) const PATH: Field = Field(7);
pub(crate) const PARAM: Field = Field(8);
pub(crate) const QUERY: Field = Field(9);
pub(crate) const HEADER: Field = Field(10);
pub(crate) const HEADER_AT: Field = Field(11);
pub(crate) const TYPE: Field = Field(12);
pub(crate) const BODY: Field = Field(13);
pub(crate) const STATUS: Field = Field(14);
pub(crate) const WAIT: Field = Field(15);
pub(crate) const CONFIG: Field = Field(20);
pub(crate) const FILE: Field = Field(21);
pub(crate) const STATE: Field = Field(22);
pub(crate) const SELF: Field = Field(23);
pub(crate) const PONG_HEADER: Field = Field(31);
pub(crate) const PONG_TYPE: Field = Field(32);
pub(crate) const PONG_BODY: Field = Field(33);
