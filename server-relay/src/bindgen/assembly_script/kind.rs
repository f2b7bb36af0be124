//! One type of AssemblyScript: how it is read and written as JSON.

use starlane_schema::Type;

use super::types::quoted;

/// A type, and how it is read and written.
#[derive(Debug, Clone)]
pub(super) struct Kind {
    /// `string`
    pub(super) name: String,
    /// An expression that takes it from `json`.
    pub(super) read: String,
    /// A statement that writes the value named `$` to `json`.
    write: String,
    /// A value to begin with.
    pub(super) first: String,
    /// Whether it may be `null` as it is.
    is_object: bool,
}

impl Kind {
    fn scalar(name: &str, read: &str, write: &str, first: &str) -> Self {
        let of = |text: &str| text.to_owned();
        Self { name: of(name), read: of(read), write: of(write), first: of(first), is_object: false }
    }

    pub(super) fn object(name: &str, read: &str, write: &str, first: &str) -> Self {
        Self { is_object: true, ..Self::scalar(name, read, write, first) }
    }

    /// Any JSON.
    pub(super) fn any() -> Self {
        Self::object("Any", "new Any(json.raw())", "json.raw($.json);", "new Any(\"null\")")
    }

    pub(super) fn text() -> Self {
        Self::object("string", "json.text()", "json.text($);", "\"\"")
    }

    pub(super) fn class(name: &str) -> Self {
        Self::object(name, &format!("{name}.read(json)"), "$.write(json);", &format!("new {name}()"))
    }

    pub(super) fn of_type(kind: Type) -> Self {
        match kind {
            Type::Boolean => Self::scalar("bool", "json.boolean()", "json.boolean($);", "false"),
            Type::String | Type::Timestamp => Self::text(),
            Type::Float32 => Self::scalar("f32", "<f32>json.float()", "json.float($);", "0"),
            Type::Float64 => Self::scalar("f64", "json.float()", "json.float($);", "0"),
            Type::Int8 => Self::whole("i8", kind),
            Type::Uint8 => Self::whole("u8", kind),
            Type::Int16 => Self::whole("i16", kind),
            Type::Uint16 => Self::whole("u16", kind),
            Type::Int32 => Self::whole("i32", kind),
            Type::Uint32 => Self::whole("u32", kind),
        }
    }

    fn whole(name: &str, kind: Type) -> Self {
        let (least, most) = kind.range().unwrap_or_default();
        Self::scalar(name, &format!("<{name}>json.whole({least}, {most})"), "json.whole($);", "0")
    }

    /// One of these texts.
    pub(super) fn word(words: &[String]) -> Self {
        let words: Vec<_> = words.iter().map(|word| quoted(word)).collect();
        Self {
            read: format!("json.oneOf([{}])", words.join(", ")),
            first: words.first().cloned().unwrap_or_else(|| "\"\"".into()),
            ..Self::text()
        }
    }

    /// The same with another value to begin with.
    pub(super) fn beginning(self, first: String) -> Self {
        Self { first, ..self }
    }

    /// The same, or `null`.
    pub(super) fn or_null(&self) -> Self {
        if self.name.ends_with(" | null") {
            return self.clone();
        }
        let (name, read, value) = match self.is_object {
            true => (self.name.clone(), self.read.clone(), "n".to_owned()),
            false => {
                (format!("Box<{}>", self.name), format!("new Box<{}>({})", self.name, self.read), "n.value".into())
            }
        };
        Self {
            name: format!("{name} | null"),
            read: format!("json.isNull() ? null : {read}"),
            // A block of its own, so that the name is free again.
            write: format!("{{ const n = $; if (n !== null) {{ {} }} else json.raw(\"null\"); }}", self.writes(&value)),
            first: "null".into(),
            is_object: true,
        }
    }

    /// The statement that writes this value.
    pub(super) fn writes(&self, value: &str) -> String {
        self.write.replace('$', value)
    }
}
